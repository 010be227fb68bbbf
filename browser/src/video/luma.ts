/**
 * The luma of a decoded frame, as it is stored: no canvas, no colour arithmetic of the browser's.
 *
 * In: WebCodecs' VideoFrame. Out: `Luma`, in the room that it was given, and how the frame's values are to be read. Next: `watcher`.
 * Both decoders are exact by their standards, so that this is what engine and browser have in common (docs/en/moments.md).
 */

import type { Room } from "../turn.ts";
import { levelsOf, type Bits } from "./curves.ts";
import type { Luma } from "./rows.ts";

export interface Read {
  readonly luma: Luma;
  /** Where not all of it is there yet: what a thumbnail reads of it. */
  readonly sparse?: Luma;
  /** Black is 16 and white 235. */
  readonly limited: boolean;
}

/** The browser hands out no luma of this frame: it must be come by otherwise, or not at all. */
export class NoLuma extends Error {}

/** Every format whose first plane is luma, by the bits of its samples (W3C WebCodecs, VideoPixelFormat). */
function bitsOf({ format, colorSpace }: VideoFrame): Bits {
  const found = /^(?:NV12|I4(?:20|22|44))A?(P10|P12)?$/.exec(format ?? "");
  // Red, green and blue can be stored as three planes, too.
  if (found === null || (colorSpace.matrix as string | null) === "rgb") throw new NoLuma();
  return found[1] === "P10" ? 10 : found[1] === "P12" ? 12 : 8;
}

/** Rejects with `NoLuma` where the frame has none to give. */
export async function readLuma(frame: VideoFrame, room: Room): Promise<Read> {
  const bits = bitsOf(frame);
  const rect = frame.visibleRect;
  if (rect === null) throw new NoLuma();
  const { width, height } = rect;
  const size = frame.allocationSize({ rect });
  const target = room(size);
  const first = await copied(frame, target, { rect });
  const samples = bits === 8 ? width : 2 * width;
  const bytes = target.subarray(first.offset, first.offset + first.stride * (height - 1) + samples);
  const limited = frame.colorSpace.fullRange !== true;
  const plain: Luma = { width, height, bytes, stride: first.stride, levels: null };
  const transfer = frame.colorSpace.transfer as string | null;
  if (bits === 8) return { luma: undone(plain, transfer, limited), limited };
  return { luma: { ...plain, levels: levelsOf(bits, transfer, limited) }, limited };
}

/** Where the first plane came to lie. */
export async function copied(frame: VideoFrame, target: Uint8Array<ArrayBuffer>, options: VideoFrameCopyToOptions): Promise<PlaneLayout> {
  let layout: PlaneLayout[];
  try {
    layout = await frame.copyTo(target, options);
  } catch {
    throw new NoLuma();
  }
  const [first] = layout;
  if (first === undefined) throw new NoLuma();
  return first;
}

/** Samples of eight bits; under a curve with sixteen each, for which a table of levels can be asked. */
export function undone(luma: Luma, transfer: string | null, limited: boolean): Luma {
  const levels = levelsOf(8, transfer, limited);
  if (levels === null) return luma;
  const { width, height, bytes, stride } = luma;
  const wide = new Uint8Array(2 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) wide[2 * (y * width + x)] = bytes[y * stride + x]!;
  }
  return { width, height, bytes: wide, stride: 2 * width, levels };
}
