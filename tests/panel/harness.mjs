// A server with data, a browser in front of it, and what every test wants to know of a page.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const need = createRequire(path.join(process.env.SLAPPROXY_PANEL_DIR, "package.json"));
const { chromium } = need("playwright-core");
const AXE = need.resolve("axe-core/axe.min.js");

const HERE = path.dirname(fileURLToPath(import.meta.url));
export const ROOT = path.join(HERE, "../..");
export const PROGRAM = process.env.SLAPPROXY_BIN;
export const SCREENSHOTS = path.join(process.env.SLAPPROXY_PANEL_DIR, "screenshots");

/** What the browser does not need: it looks for nothing but the server. */
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

const BROWSERS = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A server of its own, which is gone when the test ends. */
export async function serve(test, { seed = "fixtures/seed/demo.yaml", more = [] } = {}) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "slapproxy-panel-"));
  const ready = path.join(directory, "ready.json");
  const given = ["start", "--ephemeral", "--port", "0", "--ready-file", ready, "--quiet", ...(seed ? ["--seed", path.join(ROOT, seed)] : []), ...more];
  const child = spawn(PROGRAM, given, { stdio: ["ignore", "ignore", "pipe"], cwd: directory });
  let log = "";
  child.stderr.on("data", data => { log += data; });
  const ended = new Promise(resolve => child.on("exit", resolve));
  const leaving = [];
  test.after(async () => {
    // Pages go first: they would complain that the server is away.
    const told = await Promise.allSettled(leaving.map(leave => leave()));
    child.kill("SIGTERM");
    await ended;
    fs.rmSync(directory, { recursive: true });
    for (const { reason } of told) if (reason) throw reason;
  });
  await new Promise((resolve, reject) => {
    const watcher = fs.watch(directory, () => { if (fs.existsSync(ready)) resolve(); });
    child.on("exit", () => reject(new Error(`the server does not start: ${log}`)));
    if (fs.existsSync(ready)) resolve();
    test.after(() => watcher.close());
  });
  const { url } = JSON.parse(fs.readFileSync(ready, "utf8"));
  const server = {
    url, directory, leaving,
    async rpc(method, request = {}, speaker) {
      const headers = { "Content-Type": "application/json", ...(speaker && { Authorization: `X-SlapPartition computer_id=${speaker[0]}, computer_partition_id=${speaker[1]}` }) };
      const answer = await fetch(`${url}slapos.${method}`, { method: "POST", headers, body: JSON.stringify(request) });
      const document = await answer.json();
      assert.equal(answer.status, 200, JSON.stringify(document));
      return document;
    },
    async call(name, fields) {
      const answer = await fetch(url + name, { method: "POST", body: new URLSearchParams(fields) });
      assert.equal(answer.status, 200, await answer.text());
    },
  };
  return server;
}

let running = null;

async function browser() {
  if (!running) {
    const executablePath = BROWSERS.find(file => file && fs.existsSync(file));
    assert.ok(executablePath, "there is no Chromium: install Debian's package chromium, or name one by CHROMIUM");
    running = await chromium.launch({ executablePath, args: FLAGS });
  }
  return running;
}

export const close = () => running?.close();

/** A page on a server. Whatever it complains of fails the test at its end. */
export async function visit(test, server, { width = 1280, height = 800, dark = false, base = server.url } = {}) {
  const context = await (await browser()).newContext({
    viewport: { width, height }, colorScheme: dark ? "dark" : "light", reducedMotion: "reduce", permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  // All tests run at once, on machines of two cores, with a program that is not optimised.
  page.setDefaultTimeout(60000);
  const complaints = [];
  page.on("console", message => { if (["error", "warning"].includes(message.type())) complaints.push(message.text()); });
  page.on("pageerror", error => complaints.push(String(error)));
  page.on("request", request => {
    if (!request.url().startsWith(base) && !/^(data|blob):/.test(request.url())) complaints.push(`it asks for ${request.url()}`);
  });
  if (process.env.SLAPPROXY_PANEL_WEB) await fromDisk(page, process.env.SLAPPROXY_PANEL_WEB);
  server.leaving.push(async () => {
    await context.close();
    const expected = page.expected || [];
    assert.deepEqual(complaints.filter(text => !expected.some(pattern => pattern.test(text))), []);
  });
  return Object.assign(page, {
    complaints,
    /** Goes to a page of the panel and waits until it is shown. */
    async open(hash = "#/") {
      await page.goto(`${base}panel/${hash}`);
      await page.shows(hash);
    },
    /** Waits until a page is shown. */
    async shows(hash) {
      await page.waitForFunction(wanted => document.getElementById("main").dataset.shown === wanted, hash);
    },
  });
}

/** Serves the files of the panel from the sources: for looking at changes without a build. */
async function fromDisk(page, directory) {
  await page.route(/\/panel\/(web|vendor)\//, route => {
    const file = path.join(directory, new URL(route.request().url()).pathname.replace(/^.*\/panel\//, ""));
    const type = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" }[path.extname(file)];
    return route.fulfill({ body: fs.readFileSync(file), contentType: type });
  });
}

/** What breaks the rules of contrast, names and roles. */
export async function inaccessible(page, what) {
  const source = fs.readFileSync(AXE, "utf8");
  // The policy of the pages lets no script in but their own: this one comes through the debugger.
  await page.evaluate(source);
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  return found.violations.map(({ id, help, nodes }) => `${what}: ${id}: ${help}: ${nodes.slice(0, 4).map(node => `${node.target} ${node.failureSummary.split("\n").slice(1, 3).join(" ")}`).join(" | ")}`);
}

/** Keeps a picture of the whole page. */
export async function picture(page, name) {
  fs.mkdirSync(SCREENSHOTS, { recursive: true });
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), fullPage: true, animations: "disabled" });
}

export { assert };
