/**
 * One video to its moments.
 *
 * In: a file; looks at it, where only the page can show it. Out: `VideoOutcome`. Next: the worker tells the page. The best of
 * the ways that this browser has and that a canary comes through unaltered: every frame by WebCodecs, or a few frames a second as
 * the page shows them; by their luma, or by their colours where there is nothing better.
 */

import { Cancelled } from "../cancelled.ts";
import type { Tools } from "../tools.ts";
import type { Room } from "../turn.ts";
import { toBytes } from "./blob.ts";
import { canDecode, everyFrame, NotDecoded, OutOfOrder, type Extent } from "./decoding.ts";
import { openFilm, type Film } from "./film.ts";
import { NoLuma } from "./luma.ts";
import { readFrame, readShown, turnOf } from "./reading.ts";
import type { Shown } from "./shown.ts";
import { trusted, type Trusted } from "./trust.ts";
import { Watcher } from "./watcher.ts";

/** Why a video is recognised only as the exact file, or not in all its parts; the page has a sentence for each. */
export type VideoNote =
  | "video-unreadable"
  | "video-altered"
  | "video-gone"
  | "video-plain"
  | "video-little"
  | "video-damaged"
  | "video-beginning";
export type VideoWay = "codecs" | "codecs-colours" | "page" | "page-colours";

export interface VideoOutcome {
  /** Null where there are none. */
  readonly moments: Uint8Array<ArrayBuffer> | null;
  readonly note: VideoNote | null;
  /** Milliseconds up to which it was looked at. */
  readonly seen: number;
  /** For measurements and tests: how frames were read, how many, and the milliseconds that it took. */
  readonly way: VideoWay | null;
  readonly frames: number;
  readonly took: number;
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
    const looked = await look(film, may, tools, watching);
    const seen = typeof looked === "string" ? null : looked;
    const found = seen?.watcher.end(seen.duration);
    const moments = found === undefined || found.moments.length === 0 ? null : toBytes(found);
    return {
      moments,
      note: noteOf(looked, moments !== null, await isThere(file), may),
      seen: seen?.watcher.seen ?? 0,
      way: seen?.way ?? null,
      frames: seen?.watcher.frames ?? 0,
      took: performance.now() - started,
    };
  } finally {
    film?.close();
  }
}

/** Why nothing was seen of a film: this browser shows nothing of it, or does not give away what it shows. */
type Unseen = "blind" | "closed";

function noteOf(seen: SeenFilm | Unseen, some: boolean, there: boolean, { altered }: Trusted): VideoNote | null {
  if (seen === "closed") return altered ? "video-altered" : "video-unreadable";
  if (seen === "blind") return there ? "video-unreadable" : "video-gone";
  if (seen.extent === "whole") return some ? null : "video-plain";
  if (!some) return there ? "video-little" : "video-gone";
  return seen.extent === "gaps" && there ? "video-damaged" : "video-beginning";
}

/** Whether the file can still be read: it may have been moved or changed since it was chosen. */
async function isThere(file: Blob): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

async function look(film: Film | null, may: Trusted, tools: Tools, watching: Watching): Promise<SeenFilm | Unseen> {
  if (!may.luma && !may.colours && !may.canvas) return "closed";
  const seen = film === null ? null : await byCodecs(film, may, tools, watching);
  return seen ?? byPage(film, may, tools, watching);
}

interface SeenFilm {
  readonly watcher: Watcher;
  readonly duration: number;
  readonly way: VideoWay;
  readonly extent: Extent;
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
    const extent = await everyFrame(film, take, going, counted);
    return { watcher, duration, way, extent };
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

async function byPage(film: Film | null, may: Trusted, { stopList, kernels }: Tools, watching: Watching): Promise<SeenFilm | Unseen> {
  // Whoever took it back meanwhile is shown nothing: the page has forgotten the file, and would answer nothing.
  watching.going();
  const shown = watching.show();
  let watcher: Watcher | null = null;
  let way: VideoWay = "page";
  try {
    for (;;) {
      const look = await shown.next();
      watching.going();
      if (look === null || look.kind === "blind") return "blind";
      watcher ??= new Watcher(kernels, await stopList, look.kind === "frame" ? look.of : 0);
      if (look.kind === "end") return { watcher, duration: look.duration, way, extent: look.whole ? "whole" : "beginning" };
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
    if (error instanceof NoLuma) return "closed";
    throw error;
  } finally {
    shown.stop();
  }
}

function room(watcher: Watcher): Room {
  return (size) => watcher.room(size);
}
