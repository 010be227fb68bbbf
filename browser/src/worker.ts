/**
 * The worker: files in, hashes out, one file at a time. It asks the network for nothing; the page's policy would refuse it.
 *
 * In: `Command`s. Out: `Report`s. Next: `device`, on the page.
 */

import stopListFile from "../../engine/src/repit_engine/stoplist.bin";

import { Cancelled, protect, type Outcome } from "./protect.ts";
import { readStopList } from "./stoplist.ts";

export type Command =
  | { readonly kind: "protect"; readonly id: number; readonly file: Blob }
  | { readonly kind: "cancel"; readonly id: number };

export type Report =
  | { readonly kind: "progress"; readonly id: number; readonly share: number }
  | { readonly kind: "done"; readonly id: number; readonly outcome: Outcome }
  | { readonly kind: "failed"; readonly id: number };

const stopList = readStopList(stopListFile);
const waiting = new Map<number, Blob>();
let current: number | null = null;
let busy = false;

const tell = (report: Report): void => postMessage(report);

addEventListener("message", ({ data }: MessageEvent<Command>) => {
  if (data.kind === "cancel") {
    waiting.delete(data.id);
    if (current === data.id) current = null;
    return;
  }
  waiting.set(data.id, data.file);
  if (!busy) void work();
});

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
      const outcome = await protect(file, stopList, { going, progress });
      if (current === id) tell({ kind: "done", id, outcome });
    } catch (error) {
      if (!(error instanceof Cancelled)) tell({ kind: "failed", id });
    }
    waiting.delete(id);
  }
  current = null;
  busy = false;
}
