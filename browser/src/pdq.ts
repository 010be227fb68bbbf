/**
 * PDQ: luma or RGBA to a 256-bit hash and its quality, in all eight orientations.
 *
 * In: pixels in typed arrays. Out: `Hashed`, `NotHashable`, rows of bytes. Next: the worker. The same bits as the engine's
 * `repit_engine.pdq` (docs/en/pdq.md; `conformance/`). Plain script: works where WebAssembly is switched off.
 */

import type { Hashed, NotHashable } from "./hash.ts";
import { columns, lumaRows, rgbaRows, strips, type RowReader } from "./samples.ts";
import { DCT } from "./tables.ts";
import { sideWeights } from "./weights.ts";

const f = Math.fround;

/** A side under 5 original pixels has no hash. */
export const MIN_SIDE = 5;

/** Row n of the eight hashes is that of the picture turned as entry n says. */
export const ORIENTATIONS = [
  "upright",
  "mirrored",
  "flipped",
  "half-turn",
  "transposed",
  "quarter-turn-left",
  "quarter-turn-right",
  "anti-transposed",
] as const;

/** How a luma stands to its original: sizes, shrink, and whether the incomplete block comes first. */
export interface Shrunk {
  readonly width?: number;
  readonly height?: number;
  readonly shrink?: number;
  readonly partialFirstColumn?: boolean;
  readonly partialFirstRow?: boolean;
}

export interface Oriented {
  /** Eight hashes of 32 bytes, in the order of `ORIENTATIONS`. */
  readonly hashes: readonly Uint8Array[];
  readonly quality: number;
}

/** Hash `width` × `height` luma, 0 to 255, row-major. */
export function hashLuma(
  luma: Uint8Array | Float32Array,
  width: number,
  height: number,
  original: Shrunk = {},
): Hashed | NotHashable {
  if (luma.length !== width * height) return { kind: "not-hashable", reason: "wrong-length" };
  return single(orientations(lumaRows(luma, width), width, height, original, 1));
}

/** Hash straight RGBA, as `ImageData.data` has it, at full size; transparency lies on white. */
export function hashRgba(
  rgba: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
): Hashed | NotHashable {
  if (rgba.length !== 4 * width * height) return { kind: "not-hashable", reason: "wrong-length" };
  return single(orientations(rgbaRows(rgba, width), width, height, {}, 1));
}

/** Hash a luma in all eight orientations. */
export function hashLumaOrientations(
  luma: Uint8Array | Float32Array,
  width: number,
  height: number,
  original: Shrunk = {},
): Oriented | NotHashable {
  if (luma.length !== width * height) return { kind: "not-hashable", reason: "wrong-length" };
  return orientations(lumaRows(luma, width), width, height, original, 8);
}

/** Hash RGBA in all eight orientations. */
export function hashRgbaOrientations(
  rgba: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
): Oriented | NotHashable {
  if (rgba.length !== 4 * width * height) return { kind: "not-hashable", reason: "wrong-length" };
  return orientations(rgbaRows(rgba, width), width, height, {}, 8);
}

/** Hash given 64 × 64 samples, upright. */
export function hashSamples(samples: Float32Array): Hashed {
  return { kind: "hashed", hash: bits(transform(samples)), quality: quality(samples) };
}

function single(result: Oriented | NotHashable): Hashed | NotHashable {
  if ("kind" in result) return result;
  return { kind: "hashed", hash: result.hashes[0]!, quality: result.quality };
}

function orientations(
  read: RowReader,
  width: number,
  height: number,
  original: Shrunk,
  count: 1 | 8,
): Oriented | NotHashable {
  const shrink = original.shrink ?? 1;
  const fullWidth = original.width ?? width * shrink;
  const fullHeight = original.height ?? height * shrink;
  if (Math.ceil(fullWidth / shrink) !== width || Math.ceil(fullHeight / shrink) !== height) {
    return { kind: "not-hashable", reason: "wrong-length" };
  }
  if (Math.min(fullWidth, fullHeight) < MIN_SIDE) return { kind: "not-hashable", reason: "too-small" };
  const firstRow = original.partialFirstRow ?? false;
  const firstColumn = original.partialFirstColumn ?? false;
  const hashes = new Array<Uint8Array>(count);
  let upright: Float32Array = new Float32Array(0);
  for (const flipped of count === 8 ? [false, true] : [false]) {
    const down = sideWeights(fullHeight, shrink, firstRow !== flipped);
    const strip = strips(read, width, height, down, flipped);
    for (const mirrored of count === 8 ? [false, true] : [false]) {
      const across = sideWeights(fullWidth, shrink, firstColumn !== mirrored);
      const samples = columns(strip, width, across, mirrored);
      if (!flipped && !mirrored) upright = samples;
      const coefficients = transform(samples);
      const row = (mirrored ? 1 : 0) + (flipped ? 2 : 0);
      hashes[row] = bits(coefficients);
      if (count === 8) hashes[4 + row] = bits(transposed(coefficients));
    }
  }
  return { hashes, quality: quality(upright) };
}

/** Σ |trunc(100 (a − b) / 255)| over neighbouring samples, divided by 90, at most 100. */
export function quality(samples: Float32Array): number {
  let total = 0;
  const step = (a: number, b: number): number => Math.abs(Math.trunc(f(f(f(a - b) * 100) / 255)));
  for (let y = 0; y < 64; y++) {
    for (let x = 0; x < 64; x++) {
      const at = y * 64 + x;
      if (y < 63) total += step(samples[at]!, samples[at + 64]!);
      if (x < 63) total += step(samples[at]!, samples[at + 1]!);
    }
  }
  return Math.min(100, Math.floor(total / 90));
}

/** D · samples · Dᵀ, frequencies 1 to 16, 16 × 16; every sum ascending. */
export function transform(samples: Float32Array): Float32Array {
  const part = new Float32Array(16 * 64);
  for (let i = 0; i < 16; i++) {
    for (let k = 0; k < 64; k++) {
      const factor = DCT[i * 64 + k]!;
      for (let x = 0; x < 64; x++) {
        part[i * 64 + x] = f(part[i * 64 + x]! + f(factor * samples[k * 64 + x]!));
      }
    }
  }
  const coefficients = new Float32Array(16 * 16);
  for (let i = 0; i < 16; i++) {
    for (let j = 0; j < 16; j++) {
      let total = 0;
      for (let k = 0; k < 64; k++) total = f(total + f(part[i * 64 + k]! * DCT[j * 64 + k]!));
      coefficients[i * 16 + j] = total;
    }
  }
  return coefficients;
}

export function transposed(block: Float32Array): Float32Array {
  return block.map((_, at) => block[(at % 16) * 16 + (at >> 4)]!);
}

/** Bit k of the 256-bit number, big-endian, says that coefficient k is above the 128th smallest. */
export function bits(coefficients: Float32Array): Uint8Array {
  const median = coefficients.slice().sort()[127]!;
  const hash = new Uint8Array(32);
  coefficients.forEach((value, k) => {
    if (value > median) hash[31 - (k >> 3)]! |= 1 << (k & 7);
  });
  return hash;
}
