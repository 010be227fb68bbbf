// Drives Debian's Firefox on one page of files to hash, through WebDriver BiDi, which Firefox speaks by itself.
// In: the program, the page's address, a folder of files. Out: JSON on standard output. Next: test_device_in_firefox.py.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [program, address, folder] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "repit-firefox-"));
const firefox = spawn(
  program,
  ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "about:blank"],
  { stdio: ["ignore", "ignore", "pipe"] },
);
const stopped = new Promise((resolve) => firefox.once("exit", resolve));

async function listening() {
  return new Promise((resolve, reject) => {
    let heard = "";
    firefox.stderr.on("data", (piece) => {
      heard += piece;
      const found = /WebDriver BiDi listening on (ws:\S+)/.exec(heard);
      if (found) resolve(found[1]);
    });
    firefox.once("exit", () => reject(new Error(`Firefox stopped: ${heard}`)));
  });
}

async function connect(url) {
  const socket = new WebSocket(`${url}/session`);
  await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: () => reject(new Error("no connection")) }));
  const waiting = new Map();
  const requests = [];
  let next = 0;
  socket.onmessage = ({ data }) => {
    const told = JSON.parse(data);
    if (told.method === "network.beforeRequestSent") requests.push(told.params.request.url);
    const [resolve, reject] = waiting.get(told.id) ?? [];
    if (told.type === "error") reject?.(new Error(`${told.error}: ${told.message}`));
    else resolve?.(told.result);
  };
  const say = (method, params) =>
    new Promise((resolve, reject) => {
      waiting.set(++next, [resolve, reject]);
      socket.send(JSON.stringify({ id: next, method, params }));
    });
  return { say, requests };
}

async function hashed({ say, requests }) {
  await say("session.new", { capabilities: {} });
  await say("session.subscribe", { events: ["network.beforeRequestSent"] });
  const { contexts } = await say("browsingContext.getTree", {});
  const context = contexts[0].context;
  await say("browsingContext.navigate", { context, url: address, wait: "complete" });
  const evaluate = async (expression) => {
    const told = await say("script.evaluate", { expression, target: { context }, awaitPromise: true });
    if (told.type !== "success") throw new Error(JSON.stringify(told.exceptionDetails));
    return told.result;
  };
  await evaluate("document.querySelector('input[name=level][value=family]').click()");
  // The page's own worker is asked for once; on a busy machine that comes after the page is complete.
  while (!requests.some((url) => /\/device\/worker\.[0-9a-f]+\.js$/.test(url))) await new Promise((resolve) => setTimeout(resolve, 50));
  const asked = requests.length;
  const files = readdirSync(folder).sort().map((name) => join(folder, name));
  const { sharedId } = await evaluate("document.querySelector('[data-device-files]')");
  await say("input.setFiles", { context, element: { sharedId }, files });
  await evaluate(`new Promise((resolve) => {
    const look = () => document.querySelectorAll(".device-list li[data-mood]").length >= ${files.length} ? resolve() : setTimeout(look, 100);
    look();
  })`);
  const { value } = await evaluate(`JSON.stringify({
    items: JSON.parse(document.querySelector("textarea[name=hashes]").value || "[]"),
    ways: [...document.querySelectorAll(".device-list li")].map((row) => row.dataset.way),
    told: [...document.querySelectorAll(".device-list li")].map((row) => row.innerText),
  })`);
  return { ...JSON.parse(value), requested: requests.slice(asked) };
}

try {
  const session = await connect(await listening());
  process.stdout.write(JSON.stringify(await hashed(session)));
} catch (error) {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
} finally {
  firefox.kill();
  await stopped;
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  // The socket to a browser that is gone would keep this process alive.
  setTimeout(() => process.exit(), 200);
}
