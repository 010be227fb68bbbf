/**
 * Whether this browser hands back the values that a frame holds: some alter what pages read, so that they cannot tell people apart
 * by it. The hashes would be wrong, and nothing would say so.
 *
 * In: nothing. Out: which ways to read frames may be trusted. Next: `moments`. The same question as `../canary` asks for pictures.
 */

import { canary } from "../canary.ts";
import { copied } from "./luma.ts";
import { pixelsOf } from "./pixels.ts";

export interface Trusted {
  /** A frame's luma, as it is stored. */
  readonly luma: boolean;
  /** Its colours. */
  readonly colours: boolean;
  /** The same through a canvas. */
  readonly canvas: boolean;
}

const WIDTH = 40;
const HEIGHT = 30;

let asked: Promise<Trusted> | undefined;

/** Asked once. */
export function trusted(): Promise<Trusted> {
  asked ??= ask();
  return asked;
}

async function ask(): Promise<Trusted> {
  return { luma: await holds("I420", 1), colours: await holds("RGBX", 4), canvas: await canvasHolds() };
}

/** Noise, `across` bytes a pixel of the first plane, comes back as it was; the fourth byte of a colour is nothing. */
async function holds(format: "I420" | "RGBX", across: number): Promise<boolean> {
  if (typeof VideoFrame === "undefined") return false;
  const row = across * WIDTH;
  const data = crypto.getRandomValues(new Uint8Array(Math.max(row * HEIGHT, (WIDTH * HEIGHT * 3) / 2)));
  let frame: VideoFrame | null = null;
  try {
    frame = new VideoFrame(data, { format, codedWidth: WIDTH, codedHeight: HEIGHT, timestamp: 0 });
    const rect = frame.visibleRect!;
    const target = new Uint8Array(frame.allocationSize({ rect }));
    const { offset, stride } = await copied(frame, target, { rect });
    const sent = data.subarray(0, row * HEIGHT);
    return sent.every((each, at) => at % across === 3 || each === target[offset + Math.floor(at / row) * stride + (at % row)]);
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
