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

declare global {
  /** What `stop-list.js` holds: the engine's list, in base64. */
  var repitStopList: string | undefined;
}

export class DeviceWorker {
  readonly #worker: Worker;

  /**
   * Throws where the browser has no workers, or the list did not come. `broken` is called where the worker cannot start or stops
   * by itself.
   */
  constructor(root: HTMLElement, heard: (report: Report) => void, broken: () => void) {
    const script = document.querySelector("[data-device-stop-list]");
    if (globalThis.repitStopList === undefined && script === null) throw new Error("stop-list");
    this.#worker = new Worker(address(root));
    if (globalThis.repitStopList === undefined) {
      // It runs after this script, which need not wait for it.
      script?.addEventListener("load", () => this.#giveList());
      script?.addEventListener("error", () => {
        script.remove();
        this.#worker.terminate();
        broken();
      });
    } else this.#giveList();
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

  #giveList(): void {
    this.#say({ kind: "stop-list", base64: globalThis.repitStopList ?? "" });
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
