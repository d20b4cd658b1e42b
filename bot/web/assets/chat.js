// The web chat's page. The browser keeps a secret (who she is) and what was not
// yet acknowledged; inputs are posted one by one until each was taken, and a
// stream tells what to show. Lines are known by their id: told twice, shown
// once. For browsers from 2018 on, without tools.
"use strict";
(() => {
  let lang = (navigator.language || "vi").slice(0, 2);
  if (!chatWords[lang]) lang = "vi";
  const W = chatWords[lang], page = new URLSearchParams(location.search), root = document.documentElement;
  const $ = id => document.getElementById(id);
  const log = $("log"), text = $("text"), keys = $("keys"), form = $("form"), roles = $("roles");

  // What the browser keeps, apart for each phone of the demo; in a private
  // window perhaps nothing.
  const slot = "chihai." + (page.get("slot") || 0) + ".", kept = {};
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(slot)) kept[key.slice(slot.length)] = localStorage[key];
  } catch (e) { /* not kept */ }
  function keep(key, value) {
    kept[key] = value;
    try { localStorage.setItem(slot + key, value); } catch (e) { /* not kept */ }
  }
  function drop(key) {
    delete kept[key];
    try { localStorage.removeItem(slot + key); } catch (e) { /* not kept */ }
  }
  function forget() {
    hangUp();
    Object.keys(kept).forEach(drop);
    location.reload();
  }

  let visitor = kept.visitor || "", spoke = false;
  let last = "";                // id of the latest line told
  let bar = { at: 0 };          // the line whose choices stand above the text field
  const queue = [], rows = {};  // what waits; rows by line id, and by "." and id of a post

  function el(name, cls, content) {
    const e = document.createElement(name);
    if (cls) e.className = cls;
    if (content) {
      e.textContent = content;
      e.lang = /[\u1780-\u17ff]/.test(content) ? "km" : "vi"; // fonts and voices go by it
    }
    return e;
  }
  function link(label, url) {
    const a = el("a", "", label);
    a.href = url;
    a.target = "_blank";
    a.rel = "noopener";
    return a;
  }

  // The end of the talk stays in view unless she scrolled up.
  let stick = true, top = 0;
  function follow() {
    if (stick) log.scrollTop = log.scrollHeight;
    $("down").hidden = stick;
  }
  log.onscroll = () => {
    if (log.scrollHeight - log.scrollTop - log.clientHeight < 40) stick = true;
    else if (log.scrollTop < top) stick = false;
    top = log.scrollTop;
    $("down").hidden = stick;
  };

  // Rows stand in the order of showing; what waits has no time and stands last.
  const later = (a, b) => a.at !== b.at ? a.at > b.at : a.id > b.id;
  const moment = row => new Date(row.at === Infinity ? row.since : row.at);
  function place(row) {
    let next = null;
    for (let r = log.lastChild; r; r = r.previousSibling) {
      if (r === row) continue;
      if (!later(r, row)) break;
      next = r;
    }
    if (row.parentNode !== log || row.nextSibling !== next) log.insertBefore(row, next);
    date(row);
    if (next) date(next);
  }
  function date(row) {
    const d = moment(row), p = row.previousSibling, day = d.toDateString();
    row.firstChild.textContent = p && moment(p).toDateString() === day ? "" : day === new Date().toDateString() ? W.today :
      d.toLocaleDateString(lang, { weekday: "long", day: "numeric", month: "numeric", year: "numeric" });
    row.lastChild.lastChild.textContent = row.state || d.toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }) + (row.mine ? " ✓" : "");
  }

  function newRow(mine) {
    const row = el("div", mine ? "row mine" : "row"), b = el("div", "bubble");
    row.mine = mine;
    row.append(el("div", "day"), b);
    b.append(el("div", "body"), el("div", "time"));
    return row;
  }
  function fill(row, line) {
    const body = row.lastChild.firstChild, media = line.file ? file(line.file) : body.querySelector(".file");
    body.textContent = "";
    if (media) body.append(media);
    if (line.text) {
      const p = el("p", "", line.text), parts = line.text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]])/);
      p.textContent = "";
      parts.forEach((part, i) => p.append(i % 2 ? link(part, part) : part));
      body.append(p);
    }
    if (line.choices && line.layout === "inline") body.append(buttons(line));
  }
  function file(f) {
    const url = f.url + "?visitor=" + encodeURIComponent(visitor);
    let m;
    if (!f.url) m = el("p", "over", W.over);
    else if (f.as === "image") {
      const img = el("img");
      img.onload = follow;
      img.alt = f.name || "";
      img.src = url;
      m = link("", url);
      m.append(img);
    } else if (f.as === "audio") {
      m = el("audio");
      m.controls = true;
      m.preload = "none";
      m.src = url;
    } else {
      m = el("a", "save", f.name || "…");
      m.href = url;
      m.download = f.name || "";
    }
    m.classList.add("file");
    return m;
  }

  function show(line) {
    last = line.id;
    let row = rows[line.edits] || rows["." + line.ref];
    if (line.gone) {
      if (row) row.remove();
    } else if (line.edits && row) {
      if (!later(line, row.version)) return;
      row.version = line;
      fill(row, line);
    } else if (!rows[line.id]) {
      row = row || newRow(line.mine);
      row.version = line;
      row.at = line.at;
      row.id = line.id;
      rows[line.id] = row;
      if (line.edits) rows[line.edits] = row;
      fill(row, line);
      place(row);
    }
    if ((line.layout === "keyboard" || line.layout === "clear") && later(line, bar)) {
      bar = line;
      keys.textContent = "";
      keys.hidden = line.layout === "clear" || !line.choices;
      if (!keys.hidden) keys.append(buttons(line));
    }
    follow();
  }

  function buttons(line) {
    const box = el("div", "choices " + line.layout);
    for (const c of line.choices) {
      const b = c.kind === "link" ? link(c.label, c.url) : el("button", "", c.label);
      if (c.kind !== "link") {
        b.type = "button";
        b.onclick = () => press(line, c, b);
      }
      b.classList.add("choice");
      if (c.wide) b.classList.add("wide");
      box.append(b);
    }
    return box;
  }
  // A second press while the first is under way is a trembling finger. Inline
  // buttons are for what leaves no line.
  function press(line, c, b) {
    const inline = line.layout === "inline";
    if (c.kind === "phone") return askPhone(true);
    if (queue.some(q => q.token === line.token && (!inline || q.choice === c.id))) return;
    if (inline) b.classList.add("busy");
    say({ token: line.token, choice: c.id, text: inline ? "" : c.label }, b);
  }
  function askPhone(on) {
    form.classList.toggle("asks", on);
    $("leave").hidden = !on;
    text.value = "";
    text.placeholder = on ? W.phone : W.write;
    text.setAttribute("aria-label", text.placeholder);
    text.inputMode = on ? "tel" : "text";
    if (on) text.focus();
    grow();
  }

  // What she says waits in the browser until the server has it for good.
  // A file waits on the page alone: whoever closes it sends the file again.
  function say(input, button) {
    input.id = Array.from(crypto.getRandomValues(new Uint8Array(16)), b => (b + 256).toString(16).slice(1)).join("");
    input.since = Date.now();
    if (!input.file) keep("q." + input.id, JSON.stringify(input));
    input.button = button;
    queue.push(input);
    wait(input);
    spoke = stick = true;
    follow();
    pump();
  }
  function wait(input) {
    const shown = input.file ? W.file + input.file.name : input.phone || input.text;
    if (!shown || /^\/start( |$)/.test(shown)) return; // said by the page itself
    const row = rows["." + input.id] = newRow(true);
    row.at = Infinity;
    row.id = String(row.since = input.since);
    row.state = W.wait;
    row.classList.add("pending");
    fill(row, { text: shown });
    place(row);
  }
  function settle(input, state) {
    queue.shift();
    drop("q." + input.id);
    if (input.button) input.button.classList.remove("busy");
    const row = rows["." + input.id];
    if (!row) return;
    row.state = state;
    row.classList.remove("pending");
    if (state) row.classList.add("lost");
    date(row);
  }

  let posting = false, tries = 0, timer = 0;
  async function pump() {
    clearTimeout(timer);
    if (posting || !queue.length || !visitor) return;
    posting = true;
    const { id, text, token, choice, phone, file } = queue[0];
    const status = await (file ? chatUpload(visitor, queue[0], part => mark(queue[0], part)) : post("/chat/send", { visitor, id, text, token, choice, phone }).then(r => r.status, () => 0));
    posting = false;
    if (status === 410) return forget();
    if (file && (status === 413 || status === 429 || !status && navigator.onLine && tries > 5)) {
      tries = 0;
      settle(queue[0], status === 413 ? W.large : status ? W.many : W.lost);
      return pump();
    }
    if (!status || status === 429 || status >= 500) {
      timer = setTimeout(pump, pause(++tries));
      return;
    }
    tries = 0;
    settle(queue[0], status === 200 ? "" : W.lost);
    pump();
  }
  function mark(input, part) {
    const row = rows["." + input.id];
    row.state = W.wait + " " + part + " %";
    date(row);
  }
  // pause before another try: longer each time, and not the same for all phones
  // that lost the server together.
  const pause = n => Math.min(15000, 500 * Math.pow(2, n)) * (0.5 + Math.random() / 2);
  function post(path, body) {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 30000);
    return fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: stop.signal });
  }

  let source = null, alive = 0, drops = 0, again = 0, asleep = 0;
  function connect() {
    hangUp();
    source = new EventSource("/chat/events?visitor=" + encodeURIComponent(visitor) + "&after=" + encodeURIComponent(last));
    const on = (name, f) => source.addEventListener(name, e => { alive = Date.now(); f(e); });
    alive = Date.now();
    on("message", e => show(JSON.parse(e.data)));
    on("beat", () => 0);
    on("stranger", forget); // another database: she is new
    on("ready", () => {
      drops = tries = 0;
      log.setAttribute("aria-live", "polite");
      state(W.auto);
      if (!last && !spoke) say({ text: "/start" }); // her screen is no longer kept
      pump();
    });
    source.onerror = () => {
      hangUp();
      state(W.again);
      again = setTimeout(connect, pause(drops++));
    };
  }
  function hangUp() {
    clearTimeout(again);
    if (source) source.close();
    source = null;
  }
  function state(s) {
    $("state").textContent = s;
    document.body.classList.toggle("offline", s === W.again);
  }
  setInterval(() => { // a phone that changes networks is not told
    if (source && Date.now() - alive > 50000) {
      state(W.again);
      connect();
    }
  }, 5000);
  window.addEventListener("offline", () => state(W.again));
  window.addEventListener("online", () => { if (visitor) connect(); });
  document.addEventListener("visibilitychange", () => { // nobody looks
    clearTimeout(asleep);
    if (document.hidden) asleep = setTimeout(hangUp, 30000);
    else if (visitor && !source) connect();
  });

  // greet says what a link asked to begin with; it counts once.
  function greet(always) {
    const p = /^[\w-]{1,64}$/.exec(page.get("start") || "");
    page.delete("start");
    history.replaceState(null, "", location.pathname + (String(page) && "?" + page));
    if (p || always) say({ text: "/start" + (p ? " " + p : "") });
  }
  async function begin(role) {
    try {
      let r = await post("/chat/new", {});
      if (!r.ok) throw r;
      const v = (await r.json()).visitor;
      if (role) r = await post("/demo/role", { visitor: v, role });
      if (r.status === 403) return $("sorry").hidden = false;
      if (!r.ok) throw r;
      keep("visitor", visitor = v);
      enter(true);
    } catch (e) {
      state(W.again);
      setTimeout(begin, pause(drops++), role);
    }
  }
  function enter(fresh) {
    if (roles) roles.hidden = !($("again").hidden = form.hidden = false);
    connect();
    greet(fresh);
    pump();
  }

  function grow() {
    text.style.height = "auto";
    text.style.height = Math.min(text.scrollHeight + 2, 132) + "px";
    form.classList.toggle("empty", !text.value.trim());
    follow();
  }
  form.onsubmit = e => {
    e.preventDefault();
    const s = text.value.trim(), phone = form.classList.contains("asks");
    if (!s || !visitor) return;
    askPhone(false);
    say(phone ? { phone: s } : { text: s });
  };
  text.oninput = grow;
  text.onkeydown = e => {
    if (e.key === "Escape" && !$("leave").hidden) askPhone(false);
    if (e.key === "Enter" && !e.shiftKey && !e.isComposing && e.keyCode !== 229) form.onsubmit(e);
  };
  $("attach").onclick = () => { if (visitor) $("file").click(); };
  $("file").onchange = () => {
    const file = $("file").files[0];
    $("file").value = ""; // the same one may be sent again
    if (file) say({ file });
    $("attach").focus();
  };
  $("send").onmousedown = e => e.preventDefault(); // the phone's keyboard stays open
  $("leave").onclick = () => askPhone(false);
  $("down").onclick = () => { stick = true; follow(); };

  // What the phone's keyboard leaves is the page; browsers differ in which of
  // their heights they shrink.
  const view = window.visualViewport;
  function fit() {
    root.style.setProperty("--h", (view ? view.height : innerHeight) + "px");
    scrollTo(0, 0);
    follow();
  }
  (view || window).addEventListener("resize", fit);

  root.lang = lang;
  for (const id of ["send", "attach", "leave", "down", "keys"]) $(id).setAttribute("aria-label", W[id]);
  fit();
  askPhone(false);
  state(W.auto);
  log.setAttribute("aria-live", "off"); // until what stood there before was told

  // What waits from an earlier visit goes out now, unless it is so old that the
  // server would not know it again (after three days).
  for (const key of Object.keys(kept).filter(k => k.startsWith("q."))) {
    const input = JSON.parse(kept[key]);
    if (Date.now() - input.since < 2 * 864e5) spoke = queue.push(input); else drop(key);
  }
  queue.sort((a, b) => a.since - b.since).forEach(wait);

  if (roles) {
    $("again").onclick = forget;
    $("beside").hidden = window.parent !== window;
    for (const b of roles.querySelectorAll("[data-role]")) b.onclick = () => begin(b.getAttribute("data-role"));
  }
  if (visitor) enter();
  else if (roles) roles.hidden = !($("again").hidden = form.hidden = true);
  else begin();
})();
