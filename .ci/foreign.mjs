// A registration through a Bot API server that we did not write (telegram-test-api), with the process killed in between.
import { createRequire } from "node:module";
import { Bot } from "./bot.mjs";
import { eventually, register } from "./woman.mjs";

const TelegramServer = createRequire(import.meta.url)("telegram-test-api");
const server = new TelegramServer({ port: 9417, host: "127.0.0.1", storage: "RAM", storeTimeout: 600 });
await server.start();
const token = "7000000001:foreign-server-test";
const bot = new Bot(process.argv[2], 9418, { CHIHAI_TELEGRAM_TOKEN: token, CHIHAI_TELEGRAM_API: server.config.apiURL });
console.log(`bot ready after ${await bot.start()} ms`);

const client = server.getClient(token, { userId: 81, chatId: 81, firstName: "Thu", timeout: 20000, interval: 50 });
const heard = [];
async function hear() {
  return await eventually(async () => {
    if (heard.length === 0) {
      const updates = await client.getUpdates().catch(() => ({ result: [] }));
      for (const u of updates.result) {
        const markup = u.message.reply_markup ? (typeof u.message.reply_markup === "string" ? JSON.parse(u.message.reply_markup) : u.message.reply_markup) : {};
        heard.push({ text: u.message.text, buttons: (markup.keyboard ?? []).flat().map((b) => b.text ?? b) });
      }
    }
    return heard.shift();
  }, 20, "an answer of the bot");
}
const say = async (text) => void (await client.sendMessage(client.makeMessage(text)));

try {
  await say("/start");
  const text = await register(say, hear);
  console.log(text.split("\n")[0]);
  await bot.kill();
  await say("Đăng ký của tôi"); // while the bot is down
  await bot.start();
  let mine = await hear();
  if (mine.text === text) mine = await hear(); // a reply that was being sent at the kill comes twice
  if (!mine.buttons.some((b) => b.includes(" · "))) throw new Error(`her registration is gone:\n${mine.text}`);
  await bot.stop();
  console.log("foreign Bot API server: registered, killed, still registered");
} catch (err) {
  console.error(bot.log);
  throw err;
} finally {
  bot.process?.kill("SIGKILL");
  await server.stop();
}
process.exit(0);
