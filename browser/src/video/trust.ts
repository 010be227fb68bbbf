/**
 * Whether this browser hands back the values that a frame holds: some alter what pages read, so that they cannot tell people apart
 * by it. The hashes would be wrong, and nothing would say so.
 *
 * In: nothing. Out: which ways to read frames may be trusted. Next: `moments`. The same question as `../canary` asks for pictures.
 */

import { canary } from "../canary.ts";
import { readLuma } from "./luma.ts";
import { pixelsOf } from "./pixels.ts";

export interface Trusted {
  /** A frame's luma, as it is stored. */
  readonly luma: boolean;
  /** Its colours, through a canvas. */
  readonly canvas: boolean;
}

const WIDTH = 40;
const HEIGHT = 30;

let asked: Promise<Trusted> | undefined;

/** Asked once. */
export function trusted(): Promise<Trusted> {
  asked ??= Promise.all([lumaHolds(), canvasHolds()]).then(([luma, canvas]) => ({ luma, canvas }));
  return asked;
}

async function lumaHolds(): Promise<boolean> {
  if (typeof VideoFrame === "undefined") return false;
  const data = crypto.getRandomValues(new Uint8Array((WIDTH * HEIGHT * 3) / 2));
  let frame: VideoFrame | null = null;
  try {
    frame = new VideoFrame(data, { format: "I420", codedWidth: WIDTH, codedHeight: HEIGHT, timestamp: 0 });
    const { luma } = await readLuma(frame, (bytes) => new Uint8Array(bytes));
    return data.subarray(0, WIDTH * HEIGHT).every((each, at) => each === luma.bytes[Math.floor(at / WIDTH) * luma.stride + (at % WIDTH)]);
  } catch {
    return false;
  } finally {
    frame?.close();
  }
}

async function canvasHolds(): Promise<boolean> {
  const known = canary(WIDTH, HEIGHT);
  try {
    const seen = pixelsOf(await createImageBitmap(known.file));
    return seen !== null && known.rgba.every((each, at) => each === seen.rgba[at]);
  } catch {
    return false;
  }
}
