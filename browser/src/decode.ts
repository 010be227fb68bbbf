/**
 * A picture file, decoded at full size to the contract that the engine states in `repit_engine.picture`: upright, sRGB, straight
 * alpha, no resizing. Rows are handed out in strips, so that a phone never holds a second copy of the picture.
 *
 * In: a file and its header. Out: `Decoded`, or null where nothing here can read it. Next: `protect` hashes the rows.
 *
 * Three ways, the first that this browser has and that a canary comes through unaltered: WebCodecs' VideoFrame (no canvas), an
 * OffscreenCanvas, decoders in script.
 */

import { canary } from "./canary.ts";
import type { Format, Header } from "./header.ts";
import { decodeByScript } from "./script-decoders.ts";
import { exifTurn, reused, uprightRows, type ReadRectangle, type Room, type Turn } from "./turn.ts";

/** More than this does not fit a phone's memory; the engine's own limit. */
export const MAX_PIXELS = 120_000_000;

export type Way = "frame" | "canvas" | "script";

export interface Decoded {
  /** Upright. */
  readonly width: number;
  readonly height: number;
  readonly way: Way;
  /** Its end was missing: browsers differ on what they show in the place of what is not there. */
  readonly mended?: boolean;
  /** The given rows as straight RGBA, in that room if they can be put there; they hold until the next are asked for. */
  rows(y: number, count: number, room?: Room): Promise<Uint8Array | Uint8ClampedArray>;
  close(): void;
}

/** WebCodecs as it stands, before every browser's types have it. */
export interface Frame {
  readonly codedWidth: number;
  readonly codedHeight: number;
  readonly rotation?: number;
  readonly flip?: boolean;
  copyTo(target: Uint8Array, options: object): Promise<readonly { readonly offset: number; readonly stride: number }[]>;
  allocationSize(options: object): number;
  close(): void;
}
const { VideoFrame: FrameOf } = globalThis as { VideoFrame?: new (image: ImageBitmap, options: object) => Frame };

const OPAQUE: ImageBitmapOptions = { colorSpaceConversion: "default", imageOrientation: "from-image" };
/** Chromium makes a second copy of the whole picture for it, which one that has no ground to let through need not have. */
const STRAIGHT: ImageBitmapOptions = { ...OPAQUE, premultiplyAlpha: "none" };

/** Of the two ways that the browser offers, those that hand back what a picture holds; asked once. */
let trusted: Promise<readonly Way[]> | undefined;

export function trustedWays(): Promise<readonly Way[]> {
  trusted ??= probe();
  return trusted;
}

async function probe(): Promise<readonly Way[]> {
  const known = canary();
  const ways: Way[] = [];
  for (const way of ["frame", "canvas"] as const) {
    try {
      const decoded = way === "frame" ? await openFrame(known.file, true, STRAIGHT) : await openCanvas(known.file, STRAIGHT);
      const seen = await decoded?.rows(0, known.height);
      if (seen !== undefined && seen.length === known.rgba.length && seen.every((v, at) => v === known.rgba[at])) {
        ways.push(way);
      }
      decoded?.close();
    } catch {
      // This browser does not have that way.
    }
  }
  return ways;
}

/**
 * Decode a file. Rejects or gives null where it cannot be read. `ways`: those to try, in order. A file whose end is missing is
 * shown by browsers and refused by this interface of theirs, so that it is tried with an end.
 */
export async function decode(file: Blob, header: Header, ways: readonly Way[]): Promise<Decoded | null> {
  const end = header.format === null ? undefined : ENDS[header.format];
  try {
    return await decodeWhole(file, header, ways);
  } catch (error) {
    if (end === undefined) throw error;
    const mended = await decodeWhole(new Blob([file, end]), header, ways);
    return mended && { ...mended, mended: true };
  }
}

/** What a whole file ends with. */
const ENDS: Partial<Record<Format, Uint8Array<ArrayBuffer>>> = {
  jpeg: Uint8Array.of(0xff, 0xd9),
  png: Uint8Array.of(0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82),
};

async function decodeWhole(file: Blob, header: Header, ways: readonly Way[]): Promise<Decoded | null> {
  for (const way of ways) {
    const upright = header.orientation === 1 && header.format !== "webp";
    const options = header.format === "jpeg" ? OPAQUE : STRAIGHT;
    const decoded = way === "frame" ? await openFrame(file, upright, options) : await openCanvas(file, options);
    if (decoded !== null) return decoded;
  }
  return openByScript(file, header);
}

/** `upright`: no tag turns the picture, so that it does not matter whether this browser says how frames are turned. */
async function openFrame(file: Blob, upright: boolean, options: ImageBitmapOptions): Promise<Decoded | null> {
  if (FrameOf === undefined) return null;
  const bitmap = await createImageBitmap(file, options);
  const frame = new FrameOf(bitmap, { timestamp: 0 });
  bitmap.close();
  if (frame.rotation === undefined && !upright) {
    frame.close();
    return null;
  }
  return ofFrame(frame);
}

/** One frame of an animation, read in this way; it is closed with what is given back. */
export async function decodedFrame(frame: Frame, way: Way): Promise<Decoded> {
  if (way === "frame") return ofFrame(frame);
  const bitmap = await createImageBitmap(frame as unknown as ImageBitmapSource, STRAIGHT);
  frame.close();
  return ofBitmap(bitmap);
}

function ofFrame(frame: Frame): Decoded {
  const turn: Turn = { rotation: frame.rotation ?? 0, flip: frame.flip ?? false };
  const read: ReadRectangle = async (x, y, width, height, room) => {
    const options = { rect: { x, y, width, height }, format: "RGBA", colorSpace: "srgb" };
    const target = room(frame.allocationSize(options));
    const [layout] = await frame.copyTo(target, options);
    return unpadded(target, layout ?? { offset: 0, stride: 4 * width }, width, height);
  };
  return turned("frame", read, frame.codedWidth, frame.codedHeight, turn, () => frame.close());
}

function unpadded(
  bytes: Uint8Array,
  { offset, stride }: { readonly offset: number; readonly stride: number },
  width: number,
  height: number,
): Uint8Array {
  if (stride === 4 * width) return bytes.subarray(offset, offset + stride * height);
  const plain = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    plain.set(bytes.subarray(offset + y * stride, offset + y * stride + 4 * width), 4 * width * y);
  }
  return plain;
}

async function openCanvas(file: Blob, options: ImageBitmapOptions): Promise<Decoded | null> {
  if (typeof OffscreenCanvas === "undefined") return null;
  return ofBitmap(await createImageBitmap(file, options));
}

function ofBitmap(bitmap: ImageBitmap): Decoded {
  const { width, height } = bitmap;
  let canvas = new OffscreenCanvas(1, 1);
  let context: OffscreenCanvasRenderingContext2D | null = null;
  const rows = async (y: number, count: number): Promise<Uint8ClampedArray> => {
    if (canvas.width !== width || canvas.height !== count || context === null) {
      canvas = new OffscreenCanvas(width, count);
      context = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
      if (context === null) throw new Error("canvas");
    }
    context.clearRect(0, 0, width, count);
    context.drawImage(bitmap, 0, -y);
    return context.getImageData(0, 0, width, count, { colorSpace: "srgb" }).data;
  };
  return { width, height, way: "canvas", rows, close: () => bitmap.close() };
}

async function openByScript(file: Blob, header: Header): Promise<Decoded | null> {
  if (header.format !== "jpeg" && header.format !== "png") return null;
  const pixels = decodeByScript(new Uint8Array(await file.arrayBuffer()), header.format, MAX_PIXELS);
  if (pixels === null) return null;
  const { width, height, rgba } = pixels;
  const read: ReadRectangle = async (x, y, across, down) => {
    if (x === 0 && across === width) return rgba.subarray(4 * width * y, 4 * width * (y + down));
    const part = new Uint8Array(4 * across * down);
    for (let row = 0; row < down; row++) {
      const from = 4 * ((y + row) * width + x);
      part.set(rgba.subarray(from, from + 4 * across), 4 * across * row);
    }
    return part;
  };
  return turned("script", read, width, height, exifTurn(header.orientation), () => undefined);
}

function turned(
  way: Way,
  read: ReadRectangle,
  width: number,
  height: number,
  turn: Turn,
  close: () => void,
): Decoded {
  const lying = turn.rotation === 90 || turn.rotation === 270;
  const unturned = reused();
  return {
    width: lying ? height : width,
    height: lying ? width : height,
    way,
    rows: (y, count, room) => uprightRows(read, width, height, turn, y, count, room, unturned),
    close,
  };
}
