// A registration in the web chat, in a browser on a phone-sized screen, with the process killed in between.
import { chromium } from "playwright-core";
import { mkdirSync } from "node:fs";
import { Bot } from "./bot.mjs";
import { eventually, register } from "./woman.mjs";

const bot = new Bot(process.argv[2], 9416);
console.log(`demo ready after ${await bot.start()} ms`);
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const pictures = new URL("work/", import.meta.url).pathname;
mkdirSync(pictures, { recursive: true });
try {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, locale: "vi-VN" });
  const faults = [];
  page.on("pageerror", (e) => faults.push(String(e)));
  page.on("request", (r) => { if (!r.url().startsWith(bot.url)) faults.push("asked somebody else: " + r.url()); });
  await page.goto(bot.url);
  await page.screenshot({ path: pictures + "roles.png" });
  await page.getByRole("button", { name: /Hội viên/ }).click();

  let heard = 0;
  const bubbles = page.locator("#log .row:not(.mine) .body p");
  const hear = async () => {
    await eventually(async () => (await bubbles.count()) > heard, 15, "an answer of the bot");
    heard = await bubbles.count();
    return { text: await bubbles.nth(heard - 1).innerText(), buttons: await page.locator("#keys .choice").allInnerTexts() };
  };
  const say = async (text, button) => {
    if (button) return page.locator("#keys .choice", { hasText: text }).first().click();
    await page.locator("#text").fill(text);
    await page.locator("#send").click();
  };
  console.log((await register(say, hear)).split("\n")[0]);
  await page.screenshot({ path: pictures + "registered.png" });

  const before = await page.locator("#log .row").allInnerTexts();
  await bot.kill();
  await page.locator("#text").fill("Đăng ký của tôi");
  await page.locator("#send").click(); // while the bot is down
  await bot.start();
  const mine = await hear();
  if (!mine.buttons.some((b) => b.includes(" · "))) throw new Error(`her registration is gone:\n${mine.text}`);
  const after = await page.locator("#log .row").allInnerTexts();
  if (after.length !== before.length + 2) throw new Error(`${before.length} lines before the kill, ${after.length} after her line and its answer`);
  await page.screenshot({ path: pictures + "mine.png" });
  await page.reload();
  await eventually(async () => (await page.locator("#log .row").count()) === after.length, 15, "the same lines after a reload");
  if (faults.length) throw new Error(faults.join("\n"));
  await bot.stop();
  console.log("browser: registered, killed, still registered, no line lost or doubled");
} catch (err) {
  console.error(bot.log);
  throw err;
} finally {
  bot.process?.kill("SIGKILL");
  await browser.close();
}
process.exit(0);
