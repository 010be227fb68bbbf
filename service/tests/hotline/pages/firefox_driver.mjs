// Debian's Firefox, driven through WebDriver BiDi, which it speaks by itself.
// In: the program. Out: `withFirefox(program, use)`: a connection; `driven(program, walk)`: what a walk through pages
// returns, as JSON on standard output. Next: the walks beside this file, firefox_bridge.mjs.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

async function listening(firefox) {
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
  const events = [];
  let next = 0;
  socket.onmessage = ({ data }) => {
    const told = JSON.parse(data);
    if (told.type === "event") events.push(told);
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
  return { say, requests, events };
}

// A tab: `evaluate` an expression in it, `say` a command of BiDi; the `requests` of all pages so far.
async function tab({ say, requests }) {
  await say("session.new", { capabilities: {} });
  await say("session.subscribe", { events: ["network.beforeRequestSent"] });
  const { contexts } = await say("browsingContext.getTree", {});
  const context = contexts[0].context;
  const evaluate = async (expression) => {
    const told = await say("script.evaluate", { expression, target: { context }, awaitPromise: true });
    if (told.type !== "success") throw new Error(JSON.stringify(told.exceptionDetails));
    return told.result;
  };
  return { context, say, requests, evaluate };
}

export async function driven(program, walk) {
  await withFirefox(program, async (connection) => {
    process.stdout.write(JSON.stringify(await walk(await tab(connection))));
  });
}

// Start it, connect, hand the connection over; whatever happens, nothing of it is left.
export async function withFirefox(program, use) {
  const profile = mkdtempSync(join(tmpdir(), "repit-firefox-"));
  const firefox = spawn(
    program,
    ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "about:blank"],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const stopped = new Promise((resolve) => firefox.once("exit", resolve));
  try {
    await use(await connect(await listening(firefox)));
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
}
