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
  /** One of them gives other values than the frame holds. */
  readonly altered: boolean;
}

/** Whether a way gives what a frame holds, or something else, or nothing. */
type Answer = "held" | "altered" | "none";

const WIDTH = 40;
const HEIGHT = 30;

let asked: Promise<Trusted> | undefined;

/** Asked once. */
export function trusted(): Promise<Trusted> {
  asked ??= ask();
  return asked;
}

async function ask(): Promise<Trusted> {
  const [luma, colours, canvas] = [await holds("I420", 1), await holds("RGBX", 4), await canvasHolds()];
  const altered = [luma, colours, canvas].includes("altered");
  return { luma: luma === "held", colours: colours === "held", canvas: canvas === "held", altered };
}

/** Noise, `across` bytes a pixel of the first plane, comes back as it was; the fourth byte of a colour is nothing. */
async function holds(format: "I420" | "RGBX", across: number): Promise<Answer> {
  if (typeof VideoFrame === "undefined") return "none";
  const row = across * WIDTH;
  const data = crypto.getRandomValues(new Uint8Array(Math.max(row * HEIGHT, (WIDTH * HEIGHT * 3) / 2)));
  let frame: VideoFrame | null = null;
  try {
    frame = new VideoFrame(data, { format, codedWidth: WIDTH, codedHeight: HEIGHT, timestamp: 0 });
    const rect = frame.visibleRect!;
    const target = new Uint8Array(frame.allocationSize({ rect }));
    const { offset, stride } = await copied(frame, target, { rect });
    const sent = data.subarray(0, row * HEIGHT);
    const came = (at: number): number | undefined => target[offset + Math.floor(at / row) * stride + (at % row)];
    return sent.every((each, at) => at % across === 3 || each === came(at)) ? "held" : "altered";
  } catch {
    return "none";
  } finally {
    frame?.close();
  }
}

async function canvasHolds(): Promise<Answer> {
  const known = canary(WIDTH, HEIGHT);
  try {
    const seen = pixelsOf(await createImageBitmap(known.file));
    if (seen === null) return "none";
    return known.rgba.every((each, at) => each === seen.rgba[at]) ? "held" : "altered";
  } catch {
    return "none";
  }
}
