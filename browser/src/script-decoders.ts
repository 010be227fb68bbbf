/**
 * JPEG and PNG decoded by script alone, for browsers that hand out altered pixels.
 *
 * In: the bytes of a file. Out: stored pixels as straight RGBA. Next: `decode`. Slower than the browser's own decoder, and
 * colour profiles are not applied.
 */

import { convertIndexedToRgb, decode as decodePng } from "fast-png";
import { decode as decodeJpeg } from "jpeg-js";

import type { Format } from "./header.ts";

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** Null where this format is not decoded here; throws where the file is damaged. */
export function decodeByScript(bytes: Uint8Array, format: Format | null, maxPixels: number): Pixels | null {
  if (format === "jpeg") {
    const megapixels = Math.ceil(maxPixels / 1e6);
    const options = { useTArray: true, maxResolutionInMP: megapixels, maxMemoryUsageInMB: 16 * megapixels } as const;
    const { width, height, data } = decodeJpeg(bytes, { ...options, tolerantDecoding: false });
    return { width, height, rgba: data };
  }
  return format === "png" ? png(bytes) : null;
}

function png(bytes: Uint8Array): Pixels {
  const decoded = decodePng(bytes);
  const { width, height, depth } = decoded;
  let { channels } = decoded;
  let samples: ArrayLike<number> = decoded.data;
  if (decoded.palette !== undefined) {
    channels = decoded.palette[0]!.length;
    samples = convertIndexedToRgb(decoded);
  }
  const keys = decoded.palette === undefined ? decoded.transparency : undefined;
  if (decoded.palette === undefined && depth < 8) samples = unpacked(decoded.data, width, height, depth);
  const top = decoded.palette === undefined ? 2 ** depth - 1 : 255;
  const rgba = new Uint8Array(4 * width * height);
  const byte = (value: number): number => (top === 255 ? value : Math.round((value * 255) / top));
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = pixel * channels;
    const grey = channels < 3;
    const keyed = keys !== undefined && (grey ? [0] : [0, 1, 2]).every((k) => samples[at + k] === keys[k]);
    rgba[4 * pixel] = byte(samples[at]!);
    rgba[4 * pixel + 1] = byte(samples[at + (grey ? 0 : 1)]!);
    rgba[4 * pixel + 2] = byte(samples[at + (grey ? 0 : 2)]!);
    rgba[4 * pixel + 3] = keyed ? 0 : channels % 2 === 0 ? byte(samples[at + channels - 1]!) : 255;
  }
  return { width, height, rgba };
}

/** Greys of 1, 2 or 4 bits, one a byte; each row begins with a byte of its own. */
function unpacked(packed: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const stride = Math.ceil((width * depth) / 8);
  return Uint8Array.from({ length: width * height }, (_, pixel) => {
    const bit = (pixel % width) * depth;
    const byte = packed[Math.floor(pixel / width) * stride + (bit >> 3)]!;
    return (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  });
}
