// The way of an officer from the chat to her list, on a phone: a code from the bot, a passphrase of her own, the pages, the workbook.
import { chromium } from "playwright-core";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { Bot } from "./bot.mjs";
import { eventually } from "./woman.mjs";

const bot = new Bot(process.argv[2], 9417);
await bot.start();
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const pictures = new URL("work/staff/", import.meta.url).pathname;
mkdirSync(pictures, { recursive: true });
const operator = (...args) => execFileSync(process.argv[2], args, { env: bot.env, encoding: "utf8" });
const want = (truth, hint) => { if (!truth) throw new Error(hint); };
try {
  const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, locale: "vi-VN" };
  const context = await browser.newContext(phone);
  const faults = [];
  context.on("request", (r) => { if (!r.url().startsWith(bot.url)) faults.push("asked somebody else: " + r.url()); });
  context.on("weberror", (e) => faults.push(String(e.error())));
  context.on("console", (m) => { if (m.type() === "error" && !/status of 4/.test(m.text())) faults.push(m.text()); });

  // In the chat: an operator's one-time code makes her an administrator.
  const chat = await context.newPage();
  await chat.goto(bot.url);
  await chat.getByRole("button", { name: /Hội viên/ }).click();
  const bubbles = chat.locator("#log .row:not(.mine) .body p");
  let heard = 0;
  const hear = async () => {
    await eventually(async () => (await bubbles.count()) > heard, 15, "an answer of the bot");
    heard = await bubbles.count();
    return bubbles.nth(heard - 1).innerText();
  };
  const say = async (text) => { await chat.locator("#text").fill(text); await chat.locator("#send").click(); return hear(); };
  await hear();
  await say("1");
  const code = operator("grant", "--role", "admin", "--area", "92").match(/code +([0-9A-Z]{12})/)[1];
  await say("/start g" + code);
  await say("Dành cho cán bộ");
  want(/dùng một lần/.test(await say("Mở trang cán bộ")), "no code for the staff pages");
  await chat.screenshot({ path: pictures + "1-chat.png" });
  const link = await chat.locator("#log a.choice").last().getAttribute("href");
  want(link.startsWith(bot.url + "/staff/in?lang=vi#"), "the link is " + link);

  // What a network's preview of links does uses nothing up.
  for (let i = 0; i < 3; i++) want((await fetch(link)).status === 200, "the preview of the link");

  const page = await context.newPage();
  const shoot = (name) => page.screenshot({ path: pictures + name + ".png" });
  const fits = async (where) => {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    want(over <= 0, `${where} is ${over} px too wide for a phone`);
    const small = await page.evaluate(() => [...document.querySelectorAll("button, a.button, nav a, input:not([hidden]):not([type=hidden])")].filter((e) => e.offsetParent && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML));
    want(small.length === 0, `${where} has what a finger misses: ${small}`);
  };
  await page.goto(link);
  want(!page.url().includes("#"), "the code stays in the address");
  await shoot("2-code");
  await fits("the page with the code");
  await page.getByRole("button", { name: "Tiếp tục" }).click();
  const phrase = "bốn con mèo leo cau";
  await page.getByLabel("Mật khẩu của chị").fill("123456");
  await page.getByLabel("Gõ lại").fill("123456");
  await page.getByRole("button", { name: "Lưu mật khẩu" }).click();
  want(/ít nhất 12/.test(await page.getByRole("alert").innerText()), "a short passphrase is taken");
  await shoot("3-new-passphrase");
  await fits("the page with the passphrase");
  await page.getByLabel("Mật khẩu của chị").fill(phrase);
  await page.getByLabel("Gõ lại").fill(phrase);
  await page.getByRole("button", { name: "Lưu mật khẩu" }).click();
  await page.getByRole("status").waitFor();
  await shoot("4-account");
  await fits("the account");

  for (const [name, file] of [["Hệ thống", "5-health"], ["Người dùng", "6-members"], ["Các lớp", "7-trainings"]]) {
    await page.getByRole("navigation").getByRole("link", { name }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    await shoot(file);
    await fits(name);
  }
  await page.getByRole("link", { name: "Đã qua" }).click();
  await page.getByRole("link", { name: "Trang sau" }).click();
  await fits("past trainings");
  await page.getByRole("link", { name: "Sắp tới" }).click();
  await page.locator("tbody th a").first().click();
  await page.getByRole("heading", { level: 2 }).waitFor();
  await shoot("8-training");
  await fits("one training");
  await page.locator("tbody tr").first().scrollIntoViewIfNeeded();
  await shoot("8-training-people");
  const people = await page.locator("tbody tr").count();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: /Tải danh sách/ }).click();
  const file = readFileSync(await (await download).path());
  want(file.subarray(0, 2).toString() === "PK" && people > 0, "no workbook");

  // At a desk, by night, in Khmer letters too; by keyboard alone.
  await page.setViewportSize({ width: 1200, height: 800 });
  await shoot("9-desk");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(bot.url + "/staff/");
  await shoot("10-night");
  await page.keyboard.press("Tab");
  want((await page.evaluate(() => document.activeElement.className)) === "skip", "the first thing is not the way to the content");
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(phone.viewport);
  const khmer = await context.newPage();
  await khmer.goto(bot.url + "/staff/in?lang=km");
  await khmer.screenshot({ path: pictures + "11-khmer.png" });

  // Another browser without the code sees nothing, and the code is used up.
  const other = await (await browser.newContext(phone)).newPage();
  await other.goto(link);
  await other.getByRole("button").click();
  want(/không đúng/.test(await other.getByRole("alert").innerText()), "the code works twice");
  await other.goto(bot.url + "/staff/");
  want(other.url().endsWith("/staff/in"), "the pages are open");

  // A role that ends, ends on the open page.
  const member = operator("grants").match(/^([0-9A-Z]{6}) .*admin/m)[1];
  operator("revoke", member);
  await page.goto(bot.url + "/staff/");
  want(page.url().endsWith("/staff/in"), "a revoked role still sees the pages");

  // All of this stands in the audit, and in its chain within seconds.
  await eventually(() => /[1-9]\d* rows are chained/.test(operator("check", "audit")) && !/not chained yet/.test(operator("check", "audit")), 10, "the audit is chained");
  want(/Nothing was changed/.test(operator("check", "audit")), "the audit");
  if (faults.length) throw new Error(faults.join("\n"));
  await bot.stop();
  console.log(`staff: signed in by a code and a passphrase, ${people} participants, a workbook of ${file.length} bytes, revoked, audited`);
} catch (err) {
  console.error(bot.log);
  throw err;
} finally {
  bot.process?.kill("SIGKILL");
  await browser.close();
}
process.exit(0);
