/**
 * What a frame looks like, by the best of the ways that this browser has and that may be trusted: its stored luma, its colours, a
 * canvas.
 *
 * In: a frame that was decoded, or that the page showed. Out: `Read`. Next: `moments` hands it to `watcher`.
 */

import type { Room } from "../turn.ts";
import { readColours } from "./colours.ts";
import { NoLuma, readLuma, type Read } from "./luma.ts";
import { lumaOf, pixelsOf } from "./pixels.ts";
import type { Trusted } from "./trust.ts";
import { orientationOf, type Orientation } from "./turned.ts";

/** `drawn`: as it is shown, rather than as it is stored. */
export type Seen = Read & { readonly drawn?: boolean };

/** Rejects with `NoLuma` where the frame gives nothing that may be trusted. */
export async function readFrame(frame: VideoFrame, may: Trusted, room: Room): Promise<Seen> {
  const read = may.luma ? await readLuma(frame, room).catch(unlessNoLuma) : null;
  const colours = read === null && may.colours ? await readColours(frame, room).catch(unlessNoLuma) : null;
  return read ?? colours ?? drawn(await createImageBitmap(frame).catch(() => null), may);
}

/** The same of what the page made of a film that it shows. */
export async function readShown(frame: VideoFrame | ImageBitmap, may: Trusted, room: Room): Promise<Seen> {
  return isFrame(frame) ? readFrame(frame, may, room) : drawn(frame, may);
}

/** How a frame says that it is to be turned, if it says so. */
export function turnOf(frame: VideoFrame | ImageBitmap): Orientation | null {
  const { rotation, flip } = frame as { readonly rotation?: number; readonly flip?: boolean };
  return rotation === undefined ? null : orientationOf(rotation, flip ?? false);
}

function isFrame(frame: VideoFrame | ImageBitmap): frame is VideoFrame {
  return "copyTo" in frame;
}

function unlessNoLuma(error: unknown): null {
  if (error instanceof NoLuma) return null;
  throw error;
}

/** Through a canvas. */
function drawn(bitmap: ImageBitmap | null, may: Trusted): Seen {
  const pixels = bitmap === null || !may.canvas ? null : pixelsOf(bitmap);
  bitmap?.close();
  if (pixels === null) throw new NoLuma();
  const luma = lumaOf(pixels);
  return { luma, sparse: luma, limited: false, drawn: true };
}
