// A woman who registers: what she answers to what she reads. browser.mjs and foreign.mjs play her.

const answers = [
  [/đã đăng ký xong/, null],
  [/Please choose a language/, "Tiếng Việt"],
  [/chọn một lớp/, (buttons) => buttons.find((b) => b.includes(" · "))],
  [/đồng ý không/, "Đồng ý"],
  [/Họ và tên/, "Nguyễn Thị Thử"],
  [/xã, phường nào/, "Xã Kế Sách"],
  [/Số điện thoại/, "0912 345 678"],
  [/dẫn bé/, "Không dẫn bé"],
  [/Đúng hết chưa/, "Đúng, đăng ký"],
  [/Còn [\d.]+ chỗ/, "Đăng ký"],
  [/muốn làm gì/, "Đăng ký tham gia"],
];

// register talks until she is registered and returns the last text. say answers; hear waits for the next text with its buttons.
export async function register(say, hear) {
  let { text, buttons } = await hear();
  for (let turn = 0; turn < 20; turn++) {
    const known = answers.find(([pattern]) => pattern.test(text));
    if (!known) throw new Error(`she does not know what to answer to:\n${text}`);
    if (known[1] === null) return text;
    const answer = typeof known[1] === "function" ? known[1](buttons) : known[1];
    if (!answer) throw new Error(`no button to press at:\n${text}\n${buttons.join(" | ")}`);
    await say(answer, buttons.includes(answer));
    ({ text, buttons } = await hear());
  }
  throw new Error("not registered after 20 turns");
}

// eventually waits until what returns something true, at most for seconds.
export async function eventually(what, seconds, hint) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const got = await what();
    if (got) return got;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain: ${hint}`);
    await new Promise((r) => setTimeout(r, 50));
  }
}
