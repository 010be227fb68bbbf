/**
 * PDQ's 64 × 64 samples of a picture, as it is or mirrored.
 *
 * In: luma or RGBA, weights of both sides. Out: 64 × 64 float32. Next: `pdq`. Vertical first, every sum ascending, every
 * product and every sum rounded to float32 (`Math.fround`): docs/en/pdq.md, section 4.
 */

import type { Side } from "./weights.ts";

const f = Math.fround;
const RED = f(0.299);
const GREEN = f(0.587);
const BLUE = f(0.114);

/** Writes the luma of row y, `width` values. */
export type RowReader = (y: number, row: Float32Array) => void;

/** Rows of a luma array, row-major. */
export function lumaRows(luma: Uint8Array | Float32Array, width: number): RowReader {
  return (y, row) => row.set(luma.subarray(y * width, (y + 1) * width));
}

/** Rows of straight (not premultiplied) RGBA bytes, composited on white with rounding to the nearest. */
export function rgbaRows(rgba: Uint8Array | Uint8ClampedArray, width: number): RowReader {
  return (y, row) => {
    for (let x = 0, at = 4 * y * width; x < width; x++, at += 4) {
      let red = rgba[at]!;
      let green = rgba[at + 1]!;
      let blue = rgba[at + 2]!;
      const alpha = rgba[at + 3]!;
      if (alpha !== 255) {
        const white = 255 * (255 - alpha) + 127;
        red = ((red * alpha + white) / 255) | 0;
        green = ((green * alpha + white) / 255) | 0;
        blue = ((blue * alpha + white) / 255) | 0;
      }
      row[x] = f(f(f(RED * red) + f(GREEN * green)) + f(BLUE * blue));
    }
  };
}

/** 64 strips of `width` values: weighted sums of rows, counted from the bottom where `mirrored`. */
export function strips(read: RowReader, width: number, height: number, side: Side, mirrored: boolean): Float32Array {
  const result = new Float32Array(64 * width);
  const row = new Float32Array(width);
  for (let sample = 0; sample < 64; sample++) {
    const strip = result.subarray(sample * width, (sample + 1) * width);
    const end = side.bounds[sample + 1]!;
    let y = side.starts[sample]!;
    for (let at = side.bounds[sample]!; at < end; at++, y++) {
      read(mirrored ? height - 1 - y : y, row);
      addScaled(strip, row, side.weights[at]!);
    }
  }
  return result;
}

/** Of a picture whose rows arrive one by one, top to bottom: the same sums in the same order, each row read once. */
export class StripWeights {
  readonly #side: Side;
  #arrived = 0;
  #first = 0;

  constructor(side: Side) {
    this.#side = side;
  }

  /** The next row: into which of the 64 strips it goes, and with which weight. */
  row(add: (sample: number, weight: number) => void): void {
    const { starts, bounds, weights } = this.#side;
    const y = this.#arrived++;
    const end = (sample: number): number => starts[sample]! + bounds[sample + 1]! - bounds[sample]!;
    while (this.#first < 63 && end(this.#first) <= y) this.#first += 1;
    for (let sample = this.#first; sample < 64 && starts[sample]! <= y; sample++) {
      if (y >= end(sample)) continue;
      add(sample, weights[bounds[sample]! + y - starts[sample]!]!);
    }
  }
}

export function addScaled(strip: Float32Array, row: Float32Array, weight: number): void {
  const scale = f(weight);
  for (let x = 0; x < row.length; x++) strip[x] = f(strip[x]! + f(scale * row[x]!));
}

/** 64 × 64 samples: weighted sums of the strips' columns, counted from the right where `mirrored`. */
export function columns(strips_: Float32Array, width: number, side: Side, mirrored: boolean): Float32Array {
  const samples = new Float32Array(64 * 64);
  for (let y = 0; y < 64; y++) {
    for (let sample = 0; sample < 64; sample++) {
      const end = side.bounds[sample + 1]!;
      let x = side.starts[sample]!;
      let total = 0;
      for (let at = side.bounds[sample]!; at < end; at++, x++) {
        const value = strips_[y * width + (mirrored ? width - 1 - x : x)]!;
        total = f(total + f(side.weights[at]! * value));
      }
      samples[y * 64 + sample] = total;
    }
  }
  return samples;
}
