/**
 * Shows a film to the worker, frame by frame, in a browser that lets no worker decode it: a few frames a second, sought one after
 * the other. The page never shows them to anyone.
 *
 * In: a file, `next` from the worker. Out: `Look`s. Next: `device-video` passes them on. Needs `media-src blob:` in the page's policy.
 */

import type { Look } from "./video/shown.ts";

/** Seconds from look to look, and how many looks there are at most: beyond ten minutes they are further apart. */
const STEP = 0.25;
const MOST = 2400;
/** Milliseconds: for the first frame of a large file; for a seek; for word of the frame that it led to. */
const OPENING = 30_000;
const SEEKING = 15_000;
const SHOWING = 400;
/** Beyond every film: where a recording names no length, the browser then finds it. */
const FAR = 1e7;

export class VideoElement {
  readonly #video = document.createElement("video");
  readonly #address: string;
  #opened: Promise<number | null> | null = null;
  #at = 0;
  #first: number | null = null;
  #last = -1;

  constructor(file: Blob) {
    this.#address = URL.createObjectURL(file);
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.preload = "auto";
  }

  /** The next frame that is another one, or how it ends. */
  async next(): Promise<Look> {
    this.#opened ??= this.#open();
    const duration = await this.#opened;
    if (duration === null) return { kind: "blind" };
    const of = Math.round(1000 * duration);
    const step = Math.max(STEP, duration / MOST);
    for (; this.#at < duration; this.#at += step) {
      const seconds = await this.#seek(this.#at);
      const frame = seconds === null ? null : await this.#frame();
      // What was seen so far counts.
      if (seconds === null || frame === null) return this.#first === null ? { kind: "blind" } : this.#end(of, false);
      this.#first ??= seconds;
      const ms = Math.round(1000 * (seconds - this.#first));
      if (ms > this.#last) {
        this.#last = ms;
        this.#at += step;
        return { kind: "frame", ms, of, frame };
      }
      frame.close();
    }
    return this.#end(of, true);
  }

  #end(of: number, whole: boolean): Look {
    return { kind: "end", duration: Math.max(this.#last, of - Math.round(1000 * (this.#first ?? 0))), whole };
  }

  close(): void {
    this.#video.removeAttribute("src");
    this.#video.load();
    URL.revokeObjectURL(this.#address);
  }

  /** How many seconds it has; null where the browser does not show it. */
  async #open(): Promise<number | null> {
    const video = this.#video;
    const ready = this.#heard("loadeddata", OPENING);
    video.src = this.#address;
    if (!(await ready)) return null;
    if (!Number.isFinite(video.duration)) {
      const there = this.#heard("seeked", SEEKING);
      video.currentTime = FAR;
      await there;
      // Word of the frame there shall not be taken for that of the first.
      await new Promise((resolve) => setTimeout(resolve, SHOWING));
    }
    return Number.isFinite(video.duration) ? video.duration : null;
  }

  /** The time of the frame that is shown there, as the browser names it; null where it shows none. */
  async #seek(seconds: number): Promise<number | null> {
    const video = this.#video;
    const exact = "requestVideoFrameCallback" in video;
    const named = new Promise<number>((resolve) => {
      if (exact) video.requestVideoFrameCallback((_, { mediaTime }) => resolve(mediaTime));
    });
    const done = this.#heard("seeked", SEEKING);
    video.currentTime = seconds;
    if (!(await done)) return null;
    const otherwise = new Promise<number>((resolve) => setTimeout(() => resolve(video.currentTime), exact ? SHOWING : 0));
    return Promise.race([named, otherwise]);
  }

  async #frame(): Promise<VideoFrame | ImageBitmap | null> {
    try {
      return typeof VideoFrame === "undefined" ? await createImageBitmap(this.#video) : new VideoFrame(this.#video);
    } catch {
      return null;
    }
  }

  /** Whether it came to that, rather than to an error or to nothing. */
  #heard(event: string, timeout: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (came: boolean): void => {
        this.#video.removeEventListener(event, yes);
        this.#video.removeEventListener("error", no);
        clearTimeout(timer);
        resolve(came);
      };
      const yes = (): void => end(true);
      const no = (): void => end(false);
      const timer = setTimeout(no, timeout);
      this.#video.addEventListener(event, yes);
      this.#video.addEventListener("error", no);
    });
  }
}
