// chatUpload sends the file of an input, tells how much of it has gone, in per cent,
// and gives the status: 0 when there is no answer, also where the file cannot be read
// any more.
"use strict";
function chatUpload(visitor, input, tell) {
  if (input.file.size > 20 * 1048576) return Promise.resolve(413); // as the server would say in the end
  const name = Array.from(input.file.name).slice(-200).join(""), kind = input.file.type, r = new XMLHttpRequest();
  return new Promise(done => {
    r.open("POST", "/chat/upload?visitor=" + encodeURIComponent(visitor) + "&id=" + input.id + "&name=" + encodeURIComponent(name));
    r.setRequestHeader("Content-Type", /^[\w.+-]+\/[\w.+-]+$/.test(kind) ? kind : "application/octet-stream");
    r.timeout = 270000;
    r.upload.onprogress = e => e.lengthComputable && tell(Math.floor(100 * e.loaded / e.total));
    r.onload = () => done(r.status);
    r.onerror = r.ontimeout = r.onabort = () => done(0);
    r.send(input.file);
  });
}
