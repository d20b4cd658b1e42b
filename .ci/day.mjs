// A week in the demo, in a browser: an officer, a facilitator and three women, each with a phone of her own. A training that is full, a
// seat given up and offered, check-in by the QR ticket, the certificate, a club with weekly meetings, and a notice that is watched on its
// way, paused and resumed. What was said is written to work/day.txt and must be what stands in day.txt; `--keep` puts it there.
import { chromium } from "playwright-core";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Bot } from "./bot.mjs";
import { Phone } from "./phone.mjs";

const want = (truth, hint) => { if (!truth) throw new Error(hint); };
const here = (path) => new URL(path, import.meta.url).pathname;
mkdirSync(here("work/day"), { recursive: true });

// By day: the zone is the one in which it is about eight in the morning, and the clock is moved to a Monday.
const hours = (8 - new Date().getUTCHours() + 36) % 24 - 12; // of -12 … 11
const zone = `Etc/GMT${hours <= 0 ? "+" : "-"}${Math.abs(hours)}`; // Etc/GMT-7 is seven hours ahead
const bot = new Bot(process.argv[2], 9420, { CHIHAI_TZ: zone });
await bot.start();
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const transcript = [];
const note = (text) => transcript.push("", `# ${text}`);
const phones = {};
const phone = async (name) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, locale: "vi-VN" });
  return (phones[name] = new Phone(name, await context.newPage(), transcript));
};
const shoot = (name, file) => phones[name].page.screenshot({ path: here(`work/day/${file}.png`) });
const clock = await (await browser.newContext({ locale: "vi-VN" })).newPage();
await clock.goto(bot.url + "/demo/clock");
const forward = async (...steps) => {
  for (const step of steps) await clock.getByRole("button", { name: step, exact: true }).click();
};
try {
  const weekday = new Date(Date.now() + hours * 3600e3).getUTCDay();
  await forward(...Array((8 - weekday) % 7).fill("1 ngày"));

  note("The officer makes a training with two seats, and wants certificates for those who come.");
  const lan = await phone("Lan");
  await lan.open(bot.url, "Cán bộ Hội");
  await lan.say("Dành cho cán bộ", "Chị muốn làm gì");
  await lan.say("Tạo lớp mới", "Loại nào");
  await lan.say("Tập huấn", "Tên ngắn");
  await lan.say("Nấu ăn cho bé", "tiếng Khmer");
  await lan.say("Bỏ qua", "Tên chính thức");
  await lan.say("Giống tên trên", "Ngày nào");
  await lan.say("ngày mai", "Mấy giờ bắt đầu");
  await lan.say("9 giờ", "Mấy giờ kết thúc");
  await lan.say("11 giờ", "Ở đâu");
  await lan.say("Nhà văn hóa ấp An Ninh", "Cho người ở đâu");
  await lan.say("Thành phố Cần Thơ (tất cả)", "Dành cho ai");
  await lan.say("Ai cũng được", "Bao nhiêu chỗ");
  await lan.say("2", "Dẫn con nhỏ");
  await lan.say("Không", "Ai thấy được");
  await lan.say("Mọi người trong địa bàn", "Đăng lớp này");
  const share = await lan.say("Đăng lớp này", "/e/");
  const code = share.match(/\/e\/([0-9A-Z]+)/)[1];
  await lan.say("Dành cho cán bộ", "Chị muốn làm gì");
  await lan.say("Các lớp của địa bàn", "sắp tới");
  await lan.say("Nấu ăn cho bé", "Mã lớp");
  await lan.say("Giấy tờ", "Chị cần gì");
  await lan.say("Cấp giấy chứng nhận", "sẽ được Chị Hai mời");

  note("Hoa and Mai take the seats. Thu finds the training full and waits.");
  const door = `${bot.url}/?start=t${code}`;
  const register = async (who, name, number, button, done) => {
    await who.say(button, "Chị đồng ý không");
    await who.say("Đồng ý", "Họ và tên");
    await who.say(name, "xã, phường nào");
    await who.say("Xã Kế Sách", "Số điện thoại");
    await who.say(number, "Đúng hết chưa");
    await who.say(done.button, done.answer);
  };
  const hoa = await phone("Hoa"), mai = await phone("Mai"), thu = await phone("Thu");
  for (const who of [hoa, mai, thu]) await who.open(bot.url, "Hội viên");
  await hoa.follow(door, "Còn 2 chỗ");
  await register(hoa, "Thạch Thị Hoa", "0912 345 671", "Đăng ký", { button: "Đúng, đăng ký", answer: "đã đăng ký xong" });
  await mai.follow(door, "Còn 1 chỗ");
  await register(mai, "Trần Thị Mai", "0912 345 672", "Đăng ký", { button: "Đúng, đăng ký", answer: "đã đăng ký xong" });
  await thu.follow(door, "đã hết chỗ");
  await register(thu, "Lý Thị Thu", "0912 345 673", "Vào danh sách chờ", { button: "Đúng, vào danh sách chờ", answer: "đứng thứ 1" });
  await shoot("Thu", "1-waiting");

  note("Mai gives her seat up; Thu is asked, and takes it.");
  await mai.say("Đăng ký của tôi", "Những lớp sắp tới");
  await mai.say("Nấu ăn cho bé", "Mã đăng ký");
  await mai.say("Hủy đăng ký", "Chỗ sẽ nhường");
  await mai.say("Có, hủy đăng ký", "Đã hủy");
  await thu.hear("Có chỗ cho chị rồi");
  await shoot("Thu", "2-offer");
  await thu.say("Nhận chỗ", "đã đăng ký xong");

  note("The next morning: Hoa's ticket is scanned, Thu is looked up by name. Mai is told nothing.");
  await forward("1 ngày");
  await hoa.hear("Hôm nay, 9 giờ");
  await thu.hear("Hôm nay, 9 giờ");
  await hoa.say("/menu", "muốn làm gì");
  await hoa.say("Vé của tôi", "Đưa vé này");
  writeFileSync(here("work/day/ticket.png"), await hoa.file());
  const ticket = execFileSync("zbarimg", ["--quiet", "--raw", "--nodbus", here("work/day/ticket.png")], { encoding: "utf8" }).trim();
  want(ticket.startsWith(`${bot.url}/?start=v`), `the ticket says ${ticket}`);
  await shoot("Hoa", "3-ticket");
  await lan.follow(ticket, "✓ Thạch Thị Hoa có mặt (1/2)");
  await lan.follow(ticket, "đã điểm danh lúc");
  await lan.say("Xem lớp này", "Có mặt: 1 người");
  await lan.say("Điểm danh", "Chưa đến: 1 người");
  await shoot("Lan", "4-attendance");
  await lan.say("Lý Thị Thu", "✓ Lý Thị Thu có mặt (2/2)");

  note("Afterwards: three questions, and the certificate.");
  await forward("1 giờ", "1 giờ", "1 giờ", "1 giờ");
  await hoa.hear("Chị hài lòng đến đâu");
  await hoa.say("Rất hài lòng", "dùng được những gì đã học");
  await hoa.say("dạ có", "nhắn Hội điều gì");
  await hoa.say("Cô dạy dễ hiểu lắm", "Cảm ơn");
  await forward("1 giờ");
  await hoa.hear("giấy chứng nhận");
  await hoa.say("Nhận giấy chứng nhận", "/g/");
  const paper = await hoa.file();
  want(paper.subarray(0, 5).toString() === "%PDF-", "the certificate is no PDF");
  writeFileSync(here("work/day/certificate.pdf"), paper);
  want(/Thạch Thị Hoa/.test(execFileSync("pdftotext", [here("work/day/certificate.pdf"), "-"], { encoding: "utf8" })), "the certificate does not name her");
  await shoot("Hoa", "5-certificate");

  note("The facilitator starts a club that meets every Saturday; Thu joins with its code.");
  const bich = await phone("Bích");
  await bich.open(bot.url, "Dẫn trình viên");
  await bich.say("Câu lạc bộ", "Chị bấm một câu lạc bộ");
  await bich.say("Lập câu lạc bộ", "Câu lạc bộ của ai");
  await bich.say("Người lớn", "Tên câu lạc bộ");
  await bich.say("Mẹ nuôi con nhỏ", "Ở địa bàn nào");
  const invitation = await bich.say("Xã Kế Sách", "rồi gõ mã");
  const clubCode = invitation.match(/gõ mã: ([A-Z]{6})/)[1];
  await bich.say("Về câu lạc bộ", "Chưa có buổi sinh hoạt");
  await bich.say("Lịch sinh hoạt", "Chưa có buổi");
  await bich.say("Đặt lịch đều đặn", "sinh hoạt thế nào");
  await bich.say("Hằng tuần", "Thứ mấy");
  await bich.say("thứ Bảy", "Mấy giờ");
  await bich.say("14 giờ", "Ở đâu");
  await bich.say("Nhà văn hóa ấp", "Đúng không");
  await bich.say("Đúng", "Các buổi tới");
  await shoot("Bích", "6-meetings");
  await thu.say("/caulacbo", "mã");
  await thu.say(clubCode, "gọi chị là gì");
  await thu.say("Thu", "đã xin cho chị vào");
  await bich.hear("Thu xin vào câu lạc bộ");
  await bich.say("Nhận", "Đã nhận Thu");
  await thu.hear("đã nhận chị rồi");
  await forward("1 ngày", "1 ngày", "1 ngày", "6 giờ");
  await thu.hear("Mai có buổi sinh hoạt");
  await forward("6 giờ", "6 giờ", "6 giờ");
  await thu.hear("Sắp đến buổi sinh hoạt");
  await forward("1 giờ");
  await bich.say("/caulacbo", "Câu lạc bộ của chị");
  await bich.say("Mẹ nuôi con nhỏ", "Thành viên: 1");
  await bich.say("Điểm danh", "buổi nào");
  await bich.say("1", "Có mặt 1, vắng 0");
  await shoot("Bích", "7-roll");
  await bich.tap("Xong", "Đã ghi: có mặt 1");

  note("The officer writes to everybody, watches it go, pauses it and goes on.");
  await lan.say("/menu", "muốn làm gì");
  await lan.say("Gửi thông báo", "Thông báo của chị");
  await lan.say("Soạn thông báo mới", "gõ nội dung");
  await lan.say("Chào chị {ten}, sáng Chủ nhật trạm y tế xã tiêm vắc-xin cho bé.", "tiếng Khmer");
  await lan.say("Bỏ qua", "tiếng Anh");
  await lan.say("Bỏ qua", "Kèm một ảnh");
  await lan.say("Không kèm gì", "Gửi cho ai");
  await lan.say("Cả Thành phố Cần Thơ", "Người nhận:");
  await lan.say("Đếm người nhận", "xong lúc");
  await shoot("Lan", "8-preview");
  await lan.say("Gửi ngay", "Gửi cho");
  await lan.say("dạ có", "Đang");
  await lan.hear("█");
  await lan.tap("Tạm dừng", "Đang tạm dừng");
  await shoot("Lan", "9-paused");
  want((await lan.lines()).filter((l) => l.startsWith("Thông báo “")).length === 1, "how far it is does not change in one place");
  await forward("10 phút"); // nothing goes on by itself
  want((await lan.lines()).some((l) => l.includes("Đang tạm dừng")), "it goes on although it was paused");
  await lan.tap("Gửi tiếp", "Đang gửi");
  await hoa.hear("trạm y tế xã tiêm vắc-xin", 60);
  await lan.hear("Đã gửi xong", 60);
  await shoot("Lan", "10-report");

  await bot.stop();

  // What another day, another code and another machine would write otherwise is made alike.
  const said = transcript.map((line) => line
    .replace(/Đến hết thứ \S+/, "Đến hết ·")
    .replace(/^(\S+): [A-Z]{6}$/, "$1: ·····")
    .replace(/\d\d\/\d\d(\/\d{4})?/g, "··/··")
    .replace(/\d+ giờ \d\d/g, "· giờ ··")
    .replace(/(mã|Mã|Mã lớp|Mã đăng ký): [0-9A-Z]{5,}/g, "$1: ·····")
    .replace(/http:\S+/g, "(address)")
    .replace(/Đang (gửi|lập danh sách).*/, "Đang gửi…")
  ).filter((line) => !/^    (• (đã nhận|đã chặn|không nhắn được)|[█░]{5})/.test(line)).join("\n").trim() + "\n";
  writeFileSync(here("work/day.txt"), said);
  if (process.argv.includes("--keep")) writeFileSync(here("day.txt"), said);
  want(said === readFileSync(here("day.txt"), "utf8"), "the talk is not what stands in .ci/day.txt: diff .ci/day.txt .ci/work/day.txt");
  console.log(`a week: ${transcript.filter((l) => /^\S+: /.test(l)).length} times somebody said something, every answer came`);
} catch (err) {
  console.error(transcript.slice(-60).join("\n"));
  console.error(bot.log);
  throw err;
} finally {
  bot.process?.kill("SIGKILL");
  await browser.close();
}
process.exit(0);
