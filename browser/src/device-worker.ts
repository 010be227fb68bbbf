/**
 * The page's side of the worker.
 *
 * In: files under their numbers. Out: calls back with `Report`s. Next: `device`.
 */

import type { Command, Report } from "./worker.ts";
import { giveList, startWorker } from "./workers.ts";

export class DeviceWorker {
  readonly #worker: Worker;

  /**
   * Throws where the browser has no workers, or the list did not come. `broken` is called where the worker cannot start or stops
   * by itself.
   */
  constructor(root: HTMLElement, heard: (report: Report) => void, broken: () => void) {
    this.#worker = startWorker(root, "worker");
    giveList(this.#worker, broken);
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Report>) => heard(data));
    this.#worker.addEventListener("error", broken);
    this.#worker.addEventListener("messageerror", broken);
  }

  protect(id: number, file: Blob): void {
    this.#say({ kind: "protect", id, file });
  }

  cancel(id: number): void {
    this.#say({ kind: "cancel", id });
  }

  #say(command: Command): void {
    this.#worker.postMessage(command);
  }
}
