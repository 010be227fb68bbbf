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
import type { Room } from "../turn.ts";
import { toBytes } from "./blob.ts";
import { canDecode, everyFrame, NotDecoded, OutOfOrder } from "./decoding.ts";
import { openFilm, type Film } from "./film.ts";
import { NoLuma } from "./luma.ts";
import { readFrame, readShown, turnOf } from "./reading.ts";
import type { Shown } from "./shown.ts";
import { trusted, type Trusted } from "./trust.ts";
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
    const honest = may.luma || may.colours || may.canvas;
    let seen = honest && film !== null ? await byCodecs(film, may, tools, watching) : null;
    if (honest) seen ??= await byPage(film, may, tools, watching);
    const took = performance.now() - started;
    if (seen === null) return { moments: null, note: honest ? "video-unreadable" : "video-altered", way: null, frames: 0, took };
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
  if (!(await canDecode(film))) return null;
  const { turn, duration, times } = film;
  const list = await stopList;
  const watch = async (counted: boolean): Promise<SeenFilm> => {
    const watcher = new Watcher(kernels, list, times.at(-1)!);
    let way: VideoWay = "codecs";
    const take = async (frame: VideoFrame, ms: number): Promise<void> => {
      const read = await readFrame(frame, may, room(watcher));
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

/** Null where the page cannot show it, or what it shows cannot be read. */
async function byPage(film: Film | null, may: Trusted, { stopList, kernels }: Tools, watching: Watching): Promise<SeenFilm | null> {
  // Whoever took it back meanwhile is shown nothing: the page has forgotten the file, and would answer nothing.
  watching.going();
  const shown = watching.show();
  let watcher: Watcher | null = null;
  let way: VideoWay = "page";
  try {
    for (;;) {
      const look = await shown.next();
      watching.going();
      if (look === null || look.kind === "blind") return null;
      watcher ??= new Watcher(kernels, await stopList, look.kind === "frame" ? look.of : 0);
      if (look.kind === "end") return { watcher, duration: look.duration, way, whole: look.whole };
      const { frame, ms, of } = look;
      try {
        const read = await readShown(frame, may, room(watcher));
        const turn = read.drawn ? 0 : (turnOf(frame) ?? film?.turn ?? 0);
        watcher.next(ms, Object.assign(read, { turn }));
        if (read.sparse !== undefined) way = "page-colours";
      } finally {
        frame.close();
      }
      watching.progress(ms, of);
    }
  } catch (error) {
    if (error instanceof NoLuma) return null;
    throw error;
  } finally {
    shown.stop();
  }
}

function room(watcher: Watcher): Room {
  return (size) => watcher.room(size);
}
