// An officer writes a questionnaire on a phone-sized screen: a template, sent back through the paper clip of the web
// chat, kept; and what is no questionnaire.
import { chromium } from "playwright-core";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bot } from "./bot.mjs";
import { Phone } from "./phone.mjs";
import { eventually } from "./woman.mjs";

const bot = new Bot(process.argv[2], 9433);
await bot.start();
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"] });
const pictures = new URL("work/", import.meta.url).pathname, files = mkdtempSync(join(tmpdir(), "chihai-form-"));
mkdirSync(pictures, { recursive: true });
const file = (name, data) => (writeFileSync(join(files, name), data), join(files, name));
const said = [];
try {
  const page = await browser.newPage({ viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, locale: "vi-VN", acceptDownloads: true });
  const faults = [];
  page.on("pageerror", (e) => faults.push(String(e)));
  const lan = new Phone("Lan", page, said);
  const tell = async (words, answer) => { await lan.say(words); await lan.reads(answer); };
  const send = (path) => page.locator("#file").setInputFiles(path);

  await lan.open(bot.url, /Cán bộ Hội/);
  await tell("Dành cho cán bộ", "Chị muốn làm gì");
  await tell("Phiếu hỏi", "hiếu hỏi");
  await tell("Tải mẫu", "lấy mẫu nào");
  await lan.say("Mẫu phiếu đơn giản");
  await lan.hear("Mẫu đây");
  const [saved] = await Promise.all([page.waitForEvent("download"), page.locator("#log a.save").last().click()]);
  const template = join(files, "Nuôi con nhỏ.xlsx");
  await saved.saveAs(template);

  const clip = page.getByRole("button", { name: "Gửi tệp hoặc ảnh" });
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), clip.focus().then(() => page.keyboard.press("Enter"))]);
  await chooser.setFiles(template);
  await lan.hear("“Nuôi con nhỏ”: 4 câu hỏi");
  await page.screenshot({ path: pictures + "form.png" });
  await tell("Giữ phiếu này", "Đã giữ phiếu");
  await tell("Tải bản sửa lên", "đã sửa của");

  await send(file("anh.png", Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64")));
  await lan.reads("ảnh hoặc ghi âm");
  await send(file("hong.xlsx", "<html>"));
  await lan.hear("chưa dùng được");
  await send(file("nang.xlsx", Buffer.alloc(21 << 20)));
  await eventually(async () => (await page.locator("#log .row.lost").innerText()).includes("20 MB"), 10, "what is too large is said to be so");
  await page.screenshot({ path: pictures + "form_bad.png" });

  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > 360) throw new Error(`the page is ${width} wide`);
  if (faults.length) throw new Error(faults.join("\n"));
  console.log(`a questionnaire was written, sent and kept: ${said.length} lines of talk`);
} catch (err) {
  console.log(said.join("\n"));
  throw err;
} finally {
  await browser.close();
  await bot.stop();
}
