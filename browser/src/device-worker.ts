/**
 * The page's side of the worker.
 *
 * In: files under their numbers. Out: calls back with `Report`s. Next: `device`.
 */

import type { Command, Report } from "./worker.ts";

interface Policy {
  createScriptURL(url: string): string;
}
const { trustedTypes } = globalThis as {
  trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
};

export class DeviceWorker {
  readonly #worker: Worker;

  /** Throws where the browser has no workers. `broken` is called where the worker cannot start or stops by itself. */
  constructor(root: HTMLElement, heard: (report: Report) => void, broken: () => void) {
    this.#worker = new Worker(address(root));
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

/** The worker's address on this site; in the single-file edition, of the script that the page itself holds. */
function address(root: HTMLElement): string {
  const inline = document.getElementById("device-worker");
  const url =
    inline === null
      ? new URL(root.dataset["worker"] ?? "", location.origin).href
      : URL.createObjectURL(new Blob([inline.textContent ?? ""], { type: "text/javascript" }));
  const ours = inline !== null || new URL(url).origin === location.origin;
  if (!ours) throw new Error("worker");
  return trustedTypes?.createPolicy("repit-device", { createScriptURL: (each) => each }).createScriptURL(url) ?? url;
}
