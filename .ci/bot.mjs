// The program under test: started on sample data in a file of its own, killed and started again.
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./woman.mjs";

export class Bot {
  constructor(binary, port, env = {}) {
    this.binary = binary;
    this.url = `http://127.0.0.1:${port}`;
    this.db = join(mkdtempSync(join(tmpdir(), "chihai-")), "demo.db");
    this.env = { ...process.env, CHIHAI_DB: this.db, CHIHAI_LISTEN: `127.0.0.1:${port}`, CHIHAI_URL: this.url, ...env };
  }

  async start() {
    this.log = "";
    this.process = spawn(this.binary, ["demo"], { env: this.env });
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on("data", (d) => (this.log += d));
    const began = Date.now();
    await eventually(async () => (await fetch(this.url + "/healthz").catch(() => ({}))).ok, 20, "the bot answers /healthz");
    return Date.now() - began;
  }

  async kill() {
    const gone = new Promise((r) => this.process.on("exit", r));
    this.process.kill("SIGKILL");
    await gone;
  }

  async stop() {
    const gone = new Promise((r) => this.process.on("exit", r));
    this.process.kill("SIGTERM");
    const code = await gone;
    if (code !== 0) throw new Error(`stopped with ${code}:\n${this.log}`);
  }
}
