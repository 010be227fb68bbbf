/**
 * The worker for videos: files in, moments out, one file at a time. It asks the network for nothing; the page's policy would
 * refuse it.
 *
 * In: `VideoCommand`s. Out: `VideoReport`s. Next: `device-video`, on the page, which also shows a film to it, frame by frame,
 * where this browser lets no worker decode it.
 */

import kernelsFile from "kernels.wasm";

import { Queue } from "./queue.ts";
import { gather } from "./tools.ts";
import { momentsOf, type VideoOutcome } from "./video/moments.ts";
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

const { tools, listCame } = gather(kernelsFile);
/** Milliseconds between two words on how far it is. */
const PAUSE = 250;
let shown: Shown | null = null;

const tell = (report: VideoReport): void => postMessage(report);

const queue = new Queue<VideoOutcome>({
  work: (id, file, going) => {
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
    return momentsOf(file, tools, { going, progress, show }).finally(() => (shown = null));
  },
  done: (id, outcome) => tell({ kind: "done", id, outcome }),
  failed: (id) => tell({ kind: "failed", id }),
});

addEventListener("message", ({ data }: MessageEvent<VideoCommand>) => {
  switch (data.kind) {
    case "stop-list":
      return listCame(data.base64);
    case "look":
      if (queue.isAt(data.id) && shown !== null) return shown.look(data.look);
      if (data.look.kind === "frame") data.look.frame.close();
      return;
    case "cancel":
      if (queue.cancel(data.id)) shown?.stop();
      return;
    case "watch":
      queue.add(data.id, data.file);
  }
});
