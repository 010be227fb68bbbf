/**
 * Animations, frame by frame, where this browser has WebCodecs' ImageDecoder: what counts is the frame that stands longest, never
 * the first for being first. One that does not begin anew stands at its last.
 *
 * In: a file that may move. Out: its frames as `Decoded`, or null where it does not move or this browser cannot say. Next:
 * `protect`. The engine's twin: `repit_engine.picture.frames`.
 */

import { decodedFrame, type Decoded, type Frame, type Way } from "./decode.ts";
import type { Format, Header } from "./header.ts";

/** As many frames as the engine looks at. */
const MOST_FRAMES = 300;
const MOST_PIXELS = 120_000_000;
/** Moments of one round at which other frames are looked for. */
const MOMENTS = 12;
/** Browsers show a frame that asks for ten milliseconds or less for a tenth of a second. In microseconds. */
const SHORTEST = 11_000;
const INSTEAD = 100_000;

const TYPES: Partial<Record<Format, string>> = {
  gif: "image/gif",
  png: "image/png",
  webp: "image/webp",
  avif: "image/avif",
};

/** WebCodecs as it stands, before every browser's types have it. */
interface Decoder {
  readonly tracks: {
    readonly ready: Promise<void>;
    readonly selectedTrack: { readonly frameCount: number; readonly repetitionCount: number } | null;
  };
  readonly completed: Promise<void>;
  decode(options: object): Promise<{ readonly image: Frame & { readonly duration: number | null } }>;
  close(): void;
}
const { ImageDecoder: DecoderOf } = globalThis as { ImageDecoder?: new (options: object) => Decoder };

export interface Moving {
  /** Its number, and those of others that are seen for a while. */
  readonly longest: number;
  readonly others: readonly number[];
  frame(number: number): Promise<Decoded>;
  close(): void;
}

export async function openMoving(file: Blob, header: Header, ways: readonly Way[]): Promise<Moving | null> {
  const type = header.format === null ? undefined : TYPES[header.format];
  const way = ways.find((each) => each !== "script");
  if (DecoderOf === undefined || type === undefined || way === undefined) return null;
  const decoder = new DecoderOf({ data: await file.arrayBuffer(), type, premultiplyAlpha: "none", colorSpaceConversion: "default" });
  try {
    await decoder.tracks.ready;
    await decoder.completed;
    const track = decoder.tracks.selectedTrack;
    if (track === null || track.frameCount < 2) {
      decoder.close();
      return null;
    }
    const standing = await durations(decoder, track.frameCount);
    if (track.repetitionCount !== Infinity && standing.length === track.frameCount) standing[standing.length - 1] = Infinity;
    const longest = standing.indexOf(Math.max(...standing));
    const frame = async (number: number): Promise<Decoded> => {
      const { image } = await decoder.decode({ frameIndex: number });
      return decodedFrame(image, way);
    };
    return { longest, others: seenAt(standing).filter((number) => number !== longest), frame, close: () => decoder.close() };
  } catch (error) {
    decoder.close();
    throw error;
  }
}

async function durations(decoder: Decoder, count: number): Promise<number[]> {
  const found: number[] = [];
  let pixels = 0;
  for (let number = 0; number < Math.min(count, MOST_FRAMES) && pixels <= MOST_PIXELS; number++) {
    const { image } = await decoder.decode({ frameIndex: number });
    pixels += image.codedWidth * image.codedHeight;
    found.push((image.duration ?? 0) < SHORTEST ? INSTEAD : image.duration!);
    image.close();
  }
  return found;
}

/** The frames at moments spread evenly over one round: one that stands for next to nothing is not among them. */
function seenAt(standing: readonly number[]): number[] {
  const finite = standing.map((each) => (each === Infinity ? INSTEAD : each));
  const round = finite.reduce((sum, each) => sum + each, 0);
  const seen = new Set<number>();
  for (let moment = 0; moment < MOMENTS; moment++) {
    let left = (round * (moment + 0.5)) / MOMENTS;
    seen.add(Math.max(0, finite.findIndex((each) => (left -= each) < 0)));
  }
  return [...seen];
}
