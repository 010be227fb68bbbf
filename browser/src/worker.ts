/**
 * The worker: files in, hashes out, one file at a time. It asks the network for nothing; the page's policy would refuse it.
 *
 * In: `Command`s. Out: `Report`s. Next: `device`, on the page.
 */

import kernelsFile from "kernels.wasm";

import { canary } from "./canary.ts";
import { Cancelled } from "./cancelled.ts";
import { Kernels } from "./kernels.ts";
import { protect, type Outcome, type Tools } from "./protect.ts";
import { fromBase64, readStopList, StopList } from "./stoplist.ts";

export type Command =
  | { readonly kind: "protect"; readonly id: number; readonly file: Blob }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "stop-list"; readonly base64: string };

export type Report =
  | { readonly kind: "progress"; readonly id: number; readonly share: number }
  | { readonly kind: "done"; readonly id: number; readonly outcome: Outcome }
  | { readonly kind: "failed"; readonly id: number };

/** The list comes by itself: pictures are decoded and hashed meanwhile, and wait for it only where it is asked. */
let listCame: (list: StopList) => void;
const tools: Tools = {
  stopList: new Promise((resolve) => (listCame = resolve)),
  kernels: Kernels.open(kernelsFile),
};
const waiting = new Map<number, Blob>();
/** Pixels a side: enough for every step to be met. */
const WARM = 640;
let current: number | null = null;
let busy = false;

const tell = (report: Report): void => postMessage(report);

addEventListener("message", ({ data }: MessageEvent<Command>) => {
  if (data.kind === "stop-list") {
    listCame(readStopList(fromBase64(data.base64)));
    return;
  }
  if (data.kind === "cancel") {
    waiting.delete(data.id);
    if (current === data.id) current = null;
    return;
  }
  waiting.set(data.id, data.file);
  if (!busy) void work();
});

/** A picture of noise, before the first that is chosen: that one need not wait for the browser to make everything ready. */
async function warmUp(): Promise<void> {
  const going = (): void => {
    if (waiting.size > 0) throw new Cancelled();
  };
  busy = true;
  try {
    const nothing = Promise.resolve(new StopList(new Uint8Array(32), 0, ""));
    await protect(canary(WARM, WARM).file, { ...tools, stopList: nothing }, { going, progress: () => undefined });
  } catch {
    // A file came, or this browser can do less: the file itself will tell.
  }
  await work();
}

/** Files in the order in which they came; each stays in `waiting` until it is done. */
async function work(): Promise<void> {
  busy = true;
  for (;;) {
    const next = waiting.entries().next();
    if (next.done) break;
    const [id, file] = next.value;
    current = id;
    const going = (): void => {
      if (current !== id) throw new Cancelled();
    };
    let reported = 0;
    const progress = (share: number): void => {
      if (share - reported < 0.02 && share < 1) return;
      reported = share;
      tell({ kind: "progress", id, share });
    };
    try {
      const outcome = await protect(file, tools, { going, progress });
      if (current === id) tell({ kind: "done", id, outcome });
    } catch (error) {
      if (!(error instanceof Cancelled)) tell({ kind: "failed", id });
    }
    waiting.delete(id);
  }
  current = null;
  busy = false;
}

void warmUp();
