/**
 * The page's workers: where they come from, and the list that each of them waits for.
 *
 * In: the island's element. Out: `Worker`s, each with the list. Next: `device-worker`, `device-video`.
 */

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

let policy: Policy | undefined;

/** Throws where the browser has no workers. Its address on this site; in the single-file edition, the script in the page itself. */
export function startWorker(root: HTMLElement, name: "worker" | "video-worker"): Worker {
  const inline = document.getElementById(`device-${name}`);
  const url =
    inline === null
      ? new URL(root.getAttribute(`data-${name}`) ?? "", location.origin).href
      : URL.createObjectURL(new Blob([inline.textContent ?? ""], { type: "text/javascript" }));
  const ours = inline !== null || new URL(url).origin === location.origin;
  if (!ours) throw new Error("worker");
  policy ??= trustedTypes?.createPolicy("repit-device", { createScriptURL: (each) => each });
  return new Worker(policy?.createScriptURL(url) ?? url);
}

/** Gives a worker the list, now or once it is there. Throws where the list did not come; calls `missing` where it will not. */
export function giveList(worker: Worker, missing: () => void): void {
  const script = document.querySelector("[data-device-stop-list]");
  const give = (): void => worker.postMessage({ kind: "stop-list", base64: globalThis.repitStopList ?? "" });
  if (globalThis.repitStopList !== undefined) return give();
  if (script === null) {
    worker.terminate();
    throw new Error("stop-list");
  }
  // It runs after this script, which need not wait for it.
  script.addEventListener("load", give);
  script.addEventListener("error", () => {
    script.remove();
    worker.terminate();
    missing();
  });
}
