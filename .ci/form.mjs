// An officer writes a questionnaire on a phone-sized screen: a template, sent back through the paper clip of the web
// chat, kept, published for whoever has the link, and answered by two women; its results and its five files; and what
// is no questionnaire.
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

  await tell("Phát hành", "Hỏi ai");
  await tell("Không mời ai", "Cán bộ có cần biết");
  await tell("Ghi tên", "Đợt hỏi");
  await tell("Phát hành", "ngay bây giờ");
  await tell("Có, phát hành", "Đang mở");
  const code = /q_([0-9A-Z]{6})/.exec(await lan.tap("Đường dẫn, mã QR", "q_"))[1];
  const woman = async (name) => {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, locale: "vi-VN" });
    const she = new Phone(name, await context.newPage(), said);
    await she.open(bot.url, /Hội viên|Chị em|thành viên/i);
    await she.say("/start q_" + code, "mời chị trả lời");
    await she.say("Trả lời", "Câu 1/4");
    return she;
  };
  const hoa = await woman("Hoa"), mai = await woman("Mai");
  await hoa.say("Có", "Câu 2/4");
  await hoa.say("hai", "Câu 3/4");
  await hoa.page.locator("#log .choice").filter({ hasText: "Ông bà" }).last().click();
  await hoa.page.locator("#log .choice").filter({ hasText: "Xong (1)" }).waitFor();
  await hoa.page.screenshot({ path: pictures + "form_ticks.png" });
  await hoa.tap("Xong", "Câu 4/4");
  await hoa.say("Bỏ qua", "xem lại trước khi gửi");
  await hoa.page.screenshot({ path: pictures + "form_summary.png" });
  await hoa.say("Gửi", "Cảm ơn chị đã trả lời");
  await mai.say("khong", "xem lại trước khi gửi");
  await mai.say("Gửi", "Cảm ơn chị đã trả lời");

  await tell("Xem đợt hỏi", "Đang mở");
  await lan.tap("Xem lại", "đã gửi câu trả lời: 2");
  await lan.tap("Kết quả", "muốn xem câu nào");
  await lan.say("1. Chị có con", "đang đếm");
  await lan.reads("có nhóm ít hơn 5 người"); // two answers are nobody's business
  const formats = { xlsx: ["Excel", "Ghi lời"], csv: ["CSV, cách bằng dấu phẩy", "Ghi mã"], sav: ["SPSS"], dta: ["Stata"], json: ["JSON"] };
  const heads = { xlsx: "PK", csv: "\ufeff", sav: "$FL", dta: "<stata_dta>", json: "[" };
  for (const [ending, steps] of Object.entries(formats)) {
    await lan.say("Tải tệp", "cần loại nào");
    for (const step of [...steps, "Tiếng Việt"]) await lan.say(step);
    await lan.reads("2 phiếu");
    const data = (await lan.file()).toString("utf8");
    if (!data.startsWith(heads[ending])) throw new Error(`the ${ending} begins with ${data.slice(0, 20)}`);
  }
  for (let i = 0; i < 2; i++) await lan.say("/huy");
  await tell("Dành cho cán bộ", "Chị muốn làm gì");
  await tell("Phiếu hỏi", "hiếu hỏi");
  await tell("Nuôi con nhỏ", "Mã phiếu");
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
