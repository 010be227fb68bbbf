/**
 * The worker: files in, hashes out, one file at a time. It asks the network for nothing; the page's policy would refuse it.
 *
 * In: `Command`s. Out: `Report`s. Next: `device`, on the page.
 */

import kernelsFile from "kernels.wasm";

import { canary } from "./canary.ts";
import { protect, type Outcome } from "./protect.ts";
import { Queue } from "./queue.ts";
import { StopList } from "./stoplist.ts";
import { gather } from "./tools.ts";

export type Command =
  | { readonly kind: "protect"; readonly id: number; readonly file: Blob }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "stop-list"; readonly base64: string };

export type Report =
  | { readonly kind: "progress"; readonly id: number; readonly share: number }
  | { readonly kind: "done"; readonly id: number; readonly outcome: Outcome }
  | { readonly kind: "failed"; readonly id: number };

const { tools, listCame } = gather(kernelsFile);
/** Pixels a side: enough for every step to be met. */
const WARM = 640;

const tell = (report: Report): void => postMessage(report);

const queue = new Queue<Outcome>({
  work: (id, file, going) => {
    let reported = 0;
    const progress = (share: number): void => {
      if (share - reported < 0.02 && share < 1) return;
      reported = share;
      tell({ kind: "progress", id, share });
    };
    return protect(file, tools, { going, progress });
  },
  done: (id, outcome) => tell({ kind: "done", id, outcome }),
  failed: (id) => tell({ kind: "failed", id }),
});

addEventListener("message", ({ data }: MessageEvent<Command>) => {
  if (data.kind === "stop-list") listCame(data.base64);
  else if (data.kind === "cancel") queue.cancel(data.id);
  else queue.add(data.id, data.file);
});

/** A picture of noise: the first that is chosen need not wait for the browser to make everything ready. */
void queue.meanwhile((going) => {
  const nothing = Promise.resolve(new StopList(new Uint8Array(32), 0, ""));
  return protect(canary(WARM, WARM).file, { ...tools, stopList: nothing }, { going, progress: () => undefined });
});
