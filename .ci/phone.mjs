// A phone in the demo's web chat: what somebody says there, and what she is shown.
import { eventually } from "./woman.mjs";

export class Phone {
  // transcript is given each line that she said or waited for.
  constructor(name, page, transcript) {
    this.name = name;
    this.page = page;
    this.transcript = transcript;
    this.known = []; // what was on the screen before she spoke last
  }

  async open(url, role) {
    await this.page.goto(url);
    await this.page.getByRole("button", { name: role }).first().click();
    await this.hear("Please choose a language");
    await this.say("Tiếng Việt");
  }

  // lines are what the bot has shown, in the order of the screen; an edited line stands where it stood.
  lines() {
    return this.page.locator("#log .row:not(.mine) .body").evaluateAll((rows) => rows.map((r) => r.querySelector("p")?.innerText ?? "(file)"));
  }

  // hear waits until she, who has said nothing, is shown something new with text in it, and returns it.
  async hear(text, seconds) {
    this.transcript.push(`→ ${this.name}:`);
    return this.reads(text, seconds);
  }

  // reads is hear after something that she said. A line that is edited counts as new.
  async reads(text, seconds = 20) {
    let found;
    await eventually(async () => {
      found = (await this.lines()).findLast((l, i) => l.includes(text) && l !== this.known[i]);
      return found !== undefined;
    }, seconds, `${this.name} reads “${text}”`).catch(async (err) => {
      throw new Error(`${err.message}; the last lines are\n${(await this.lines()).slice(-4).join("\n--\n")}\n[${(await this.page.locator("#keys .choice").allInnerTexts()).join("] [")}]`);
    });
    this.transcript.push(...found.split("\n").map((l) => `    ${l}`.trimEnd()));
    return found;
  }

  // say presses the button that is called text, or types it, and waits for an answer with answer in it.
  async say(text, answer = "", seconds) {
    this.known = await this.lines();
    this.transcript.push(`${this.name}: ${text}`);
    const labels = await this.page.locator("#keys .choice").allInnerTexts();
    const nth = labels.includes(text) ? labels.indexOf(text) : labels.findIndex((l) => l.includes(text) && /\D{3}/.test(text));
    if (nth >= 0) await this.page.locator("#keys .choice").nth(nth).click();
    else {
      await this.page.locator("#text").fill(text);
      await this.page.locator("#send").click();
    }
    return this.reads(answer, seconds);
  }

  // tap presses a button under a line, and waits until a line has answer in it.
  async tap(label, answer) {
    this.known = await this.lines();
    this.transcript.push(`${this.name}: (${label})`);
    await this.page.locator("#log .choice").filter({ hasText: label }).last().click();
    return this.reads(answer);
  }

  // follow opens a link of the bot on this phone.
  async follow(link, answer) {
    this.known = []; // the page begins anew
    this.transcript.push(`${this.name}: (link)`);
    await this.page.goto(link);
    return this.reads(answer);
  }

  // file waits for the last file that she was sent after she spoke, and returns its bytes.
  async file() {
    const link = this.page.locator("#log .row:not(.mine) a[href*='/chat/file/'], #log .row:not(.mine) img[src*='/chat/file/']").last();
    await link.waitFor({ timeout: 20000 });
    const url = (await link.getAttribute("href")) ?? (await link.getAttribute("src"));
    return (await this.page.request.get(new URL(url, this.page.url()).href)).body();
  }
}
