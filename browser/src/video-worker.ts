/**
 * The worker for videos: files in, moments out, one file at a time. It asks the network for nothing; the page's policy would
 * refuse it.
 *
 * In: `VideoCommand`s. Out: `VideoReport`s. Next: `device-video`, on the page, which also shows a film to it, frame by frame,
 * where this browser lets no worker decode it.
 */

import kernelsFile from "kernels.wasm";

import { Cancelled } from "./cancelled.ts";
import { Kernels } from "./kernels.ts";
import { fromBase64, readStopList, type StopList } from "./stoplist.ts";
import { momentsOf, type Tools, type VideoOutcome } from "./video/moments.ts";
import { Shown, type Look } from "./video/shown.ts";

export type VideoCommand =
  | { readonly kind: "watch"; readonly id: number; readonly file: Blob }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "stop-list"; readonly base64: string }
  | { readonly kind: "look"; readonly id: number; readonly look: Look };

export type VideoReport =
  | { readonly kind: "progress"; readonly id: number; readonly ms: number; readonly of: number }
  | { readonly kind: "show"; readonly id: number }
  | { readonly kind: "next"; readonly id: number }
  | { readonly kind: "done"; readonly id: number; readonly outcome: VideoOutcome }
  | { readonly kind: "failed"; readonly id: number };

let listCame: (list: StopList) => void;
const tools: Tools = {
  stopList: new Promise((resolve) => (listCame = resolve)),
  kernels: Kernels.open(kernelsFile),
};
const waiting = new Map<number, Blob>();
/** Milliseconds between two words on how far it is. */
const PAUSE = 250;
let current: number | null = null;
let shown: Shown | null = null;
let busy = false;

const tell = (report: VideoReport): void => postMessage(report);

addEventListener("message", ({ data }: MessageEvent<VideoCommand>) => {
  switch (data.kind) {
    case "stop-list":
      return listCame(readStopList(fromBase64(data.base64)));
    case "look":
      if (data.id === current && shown !== null) return shown.look(data.look);
      if (data.look.kind === "frame") data.look.frame.close();
      return;
    case "cancel":
      waiting.delete(data.id);
      if (current !== data.id) return;
      current = null;
      shown?.stop();
      return;
    case "watch":
      waiting.set(data.id, data.file);
      if (!busy) void work();
  }
});

/** Films in the order in which they came. */
async function work(): Promise<void> {
  busy = true;
  for (let next = waiting.entries().next(); !next.done; next = waiting.entries().next()) {
    const [id, file] = next.value;
    current = id;
    const going = (): void => {
      if (current !== id) throw new Cancelled();
    };
    let reported = 0;
    const progress = (ms: number, of: number): void => {
      if (performance.now() - reported < PAUSE) return;
      reported = performance.now();
      tell({ kind: "progress", id, ms, of });
    };
    const show = (): Shown => {
      shown = new Shown(() => tell({ kind: "next", id }));
      tell({ kind: "show", id });
      return shown;
    };
    try {
      const outcome = await momentsOf(file, tools, { going, progress, show });
      if (current === id) tell({ kind: "done", id, outcome });
    } catch (error) {
      if (!(error instanceof Cancelled)) tell({ kind: "failed", id });
    }
    shown = null;
    waiting.delete(id);
  }
  current = null;
  busy = false;
}
