/**
 * One video to its moments.
 *
 * In: a file; looks at it, where only the page can show it. Out: `VideoOutcome`. Next: the worker tells the page. The best of
 * the ways that this browser has and that a canary comes through unaltered: every frame by WebCodecs, or a few frames a second as
 * the page shows them; by their luma, or by their colours where there is nothing better.
 */

import { Cancelled } from "../cancelled.ts";
import type { Kernels } from "../kernels.ts";
import type { StopList } from "../stoplist.ts";
import { toBytes } from "./blob.ts";
import { readColours } from "./colours.ts";
import { canDecode, everyFrame, NotDecoded, OutOfOrder } from "./decoding.ts";
import { openFilm, type Film } from "./film.ts";
import type { Stored } from "./frame.ts";
import { NoLuma, readLuma, type Read } from "./luma.ts";
import { lumaOf, pixelsOf } from "./pixels.ts";
import type { Shown } from "./shown.ts";
import { trusted, type Trusted } from "./trust.ts";
import { orientationOf, type Orientation } from "./turned.ts";
import { Watcher } from "./watcher.ts";

/** Why a video is recognised only as the exact file, or not in all its parts; the page has a sentence for each. */
export type VideoNote = "video-unreadable" | "video-altered" | "video-plain" | "video-damaged";
export type VideoWay = "codecs" | "codecs-colours" | "page" | "page-colours";

export interface VideoOutcome {
  /** Null where there are none. */
  readonly moments: Uint8Array<ArrayBuffer> | null;
  readonly note: VideoNote | null;
  /** For measurements and tests: how frames were read, how many, and the milliseconds that it took. */
  readonly way: VideoWay | null;
  readonly frames: number;
  readonly took: number;
}

export interface Tools {
  readonly stopList: Promise<StopList>;
  readonly kernels: Kernels | null;
}

export interface Watching {
  /** Throws `Cancelled` once the person has taken the file back. */
  going(): void;
  /** Milliseconds of the film that were seen, of all. */
  progress(ms: number, of: number): void;
  /** Has the page show the film. */
  show(): Shown;
}

export async function momentsOf(file: Blob, tools: Tools, watching: Watching): Promise<VideoOutcome> {
  const started = performance.now();
  const may = await trusted();
  const film = await opened(file, watching);
  try {
    const seen = (film === null ? null : await byCodecs(film, may, tools, watching)) ?? (await byPage(film, may, tools, watching));
    const took = performance.now() - started;
    if (seen === null) {
      const note: VideoNote = may.luma || may.colours || may.canvas ? "video-unreadable" : "video-altered";
      return { moments: null, note, way: null, frames: 0, took };
    }
    const { watcher, duration, way, whole } = seen;
    const found = watcher.end(duration);
    if (found.moments.length === 0) return { moments: null, note: "video-plain", way, frames: watcher.frames, took };
    return { moments: toBytes(found), note: whole ? null : "video-damaged", way, frames: watcher.frames, took: performance.now() - started };
  } finally {
    film?.close();
  }
}

interface SeenFilm {
  readonly watcher: Watcher;
  readonly duration: number;
  readonly way: VideoWay;
  readonly whole: boolean;
}

async function opened(file: Blob, { going }: Watching): Promise<Film | null> {
  try {
    return await openFilm(file, going);
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    return null;
  }
}

/** Null where this browser does not decode it, or not so that its frames can be read. */
async function byCodecs(film: Film, may: Trusted, { stopList, kernels }: Tools, { going, progress }: Watching): Promise<SeenFilm | null> {
  if ((!may.luma && !may.colours) || !(await canDecode(film))) return null;
  const { turn, duration, times } = film;
  const list = await stopList;
  const watch = async (counted: boolean): Promise<SeenFilm> => {
    const watcher = new Watcher(kernels, list, times.at(-1)!);
    let way: VideoWay = "codecs";
    const take = async (frame: VideoFrame, ms: number): Promise<void> => {
      const read = await readFrame(frame, may, watcher);
      watcher.next(ms, Object.assign(read, { turn }));
      if (read.sparse !== undefined) way = "codecs-colours";
      progress(ms, duration);
    };
    const whole = await everyFrame(film, take, going, counted);
    return { watcher, duration, way, whole };
  };
  try {
    return await watch(false).catch((error: unknown) => {
      if (error instanceof OutOfOrder) return watch(true);
      throw error;
    });
  } catch (error) {
    if (error instanceof NotDecoded || error instanceof NoLuma) return null;
    throw error;
  }
}

/** Rejects with `NoLuma` where the frame gives neither luma nor colours that may be trusted. */
async function readFrame(frame: VideoFrame, may: Trusted, watcher: Watcher): Promise<Read> {
  const room = (size: number): Uint8Array<ArrayBuffer> => watcher.room(size);
  try {
    if (may.luma) return await readLuma(frame, room);
  } catch (error) {
    if (!(error instanceof NoLuma)) throw error;
  }
  if (!may.colours) throw new NoLuma();
  return readColours(frame, room);
}

/** Null where the page cannot show it, or what it shows cannot be read. */
async function byPage(film: Film | null, may: Trusted, { stopList, kernels }: Tools, watching: Watching): Promise<SeenFilm | null> {
  if (!may.luma && !may.colours && !may.canvas) return null;
  const shown = watching.show();
  let watcher: Watcher | null = null;
  let way: VideoWay = "page";
  try {
    for (;;) {
      const look = await shown.one();
      watching.going();
      if (look === null || look.kind === "blind") return null;
      watcher ??= new Watcher(kernels, await stopList, look.kind === "frame" ? look.of : 0);
      if (look.kind === "end") return { watcher, duration: look.duration, way, whole: true };
      const seen = await seenOnPage(look.frame, film?.turn ?? 0, may, watcher);
      if (seen === null) return null;
      watcher.next(look.ms, seen);
      if (seen.sparse !== undefined) way = "page-colours";
      watching.progress(look.ms, look.of);
    }
  } finally {
    shown.stop();
  }
}

/** Null where nothing that this browser gives of it can be read. */
async function seenOnPage(
  frame: VideoFrame | ImageBitmap,
  stored: Orientation,
  may: Trusted,
  watcher: Watcher,
): Promise<Stored | null> {
  try {
    if ("copyTo" in frame) {
      const { rotation, flip } = frame as { rotation?: number; flip?: boolean };
      const turn = rotation === undefined ? stored : orientationOf(rotation, flip ?? false);
      const read = await readFrame(frame, may, watcher).catch((error: unknown) => {
        if (error instanceof NoLuma) return null;
        throw error;
      });
      if (read !== null) return Object.assign(read, { turn });
    }
    // As the page shows it: upright.
    const pixels = may.canvas ? pixelsOf("copyTo" in frame ? await createImageBitmap(frame) : frame) : null;
    const luma = pixels && lumaOf(pixels);
    return luma && { luma, sparse: luma, limited: false, turn: 0 };
  } finally {
    frame.close();
  }
}
