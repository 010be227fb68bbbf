/**
 * The page's side of the worker for videos.
 *
 * In: files under their numbers. Out: calls back with `VideoReport`s. Next: `device`. Where the worker cannot decode a film, the page
 * shows it to the worker instead.
 */

import { VideoElement } from "./video-element.ts";
import type { VideoCommand, VideoReport } from "./video-worker.ts";
import { giveList, startWorker } from "./workers.ts";

export type VideoHeard = Exclude<VideoReport, { kind: "show" } | { kind: "next" }>;

export class DeviceVideo {
  readonly #worker: Worker;
  readonly #heard: (report: VideoHeard) => void;
  readonly #files = new Map<number, File>();
  #shown: { readonly id: number; readonly element: VideoElement } | null = null;

  /** Throws, or calls `broken`, as `DeviceWorker` does. */
  constructor(root: HTMLElement, heard: (report: VideoHeard) => void, broken: () => void) {
    this.#heard = heard;
    this.#worker = startWorker(root, "video-worker");
    giveList(this.#worker, broken);
    this.#worker.addEventListener("message", ({ data }: MessageEvent<VideoReport>) => this.#report(data));
    this.#worker.addEventListener("error", broken);
    this.#worker.addEventListener("messageerror", broken);
  }

  watch(id: number, file: File): void {
    this.#files.set(id, file);
    this.#say({ kind: "watch", id, file });
  }

  cancel(id: number): void {
    this.#forget(id);
    this.#say({ kind: "cancel", id });
  }

  /** The worker died: what it asked for is not shown any more. */
  close(): void {
    this.#worker.terminate();
    for (const id of [...this.#files.keys()]) this.#forget(id);
  }

  #report(report: VideoReport): void {
    if (report.kind === "show") return this.#show(report.id);
    if (report.kind === "next") return void this.#next(report.id);
    if (report.kind !== "progress") this.#forget(report.id);
    this.#heard(report);
  }

  #show(id: number): void {
    const file = this.#files.get(id);
    if (file !== undefined) this.#shown = { id, element: new VideoElement(file) };
  }

  async #next(id: number): Promise<void> {
    if (this.#shown?.id !== id) return;
    const look = await this.#shown.element.next();
    this.#say({ kind: "look", id, look }, look.kind === "frame" ? [look.frame] : []);
  }

  #forget(id: number): void {
    this.#files.delete(id);
    if (this.#shown?.id !== id) return;
    this.#shown.element.close();
    this.#shown = null;
  }

  #say(command: VideoCommand, given: Transferable[] = []): void {
    this.#worker.postMessage(command, given);
  }
}
