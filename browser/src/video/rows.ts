/**
 * Luma of many frames to PDQ's samples, and of the few that count to the plane of their anchors.
 *
 * In: `Luma`. Out: 64 × 64 samples, `Plane`. Next: `frame`. With kernels where they are to be had, by plain script where not: the
 * same bits (`../kernel-rows`, `../rows`).
 */

import type { Kernels } from "../kernels.ts";
import { PlainLine, workingPlane, type Line, type Plane } from "../plane.ts";
import { columns, strips, StripWeights } from "../samples.ts";
import { sideWeights, type Side } from "../weights.ts";

/** A frame's luma as it is stored. */
export interface Luma {
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes from row to row. */
  readonly stride: number;
  /** Where each sample has 16 bits, least significant first: the level of each value. Null where it has 8, and is the level. */
  readonly levels: Float32Array<ArrayBuffer> | null;
}

interface Layout {
  readonly stride: number;
  readonly sums: number;
  readonly row: number;
  readonly levels: number;
  readonly line: number;
  readonly table: number;
  readonly pixels: number;
}

export class FrameRows {
  readonly #kernels: Kernels | null;
  readonly #sides = new Map<number, Side>();

  constructor(kernels: Kernels | null) {
    this.#kernels = kernels;
  }

  /** Mirrored left to right, flipped upside down: every sum then runs as that of the picture so turned. */
  samples(luma: Luma, mirrored: boolean, flipped: boolean): Float32Array<ArrayBuffer> {
    const { width, height } = luma;
    const down = this.#side(height, flipped);
    const sums = this.#kernels === null ? strips(rowsOf(luma), width, height, down, flipped) : this.#strips(luma, down, flipped);
    return columns(sums, width, this.#side(width, mirrored), mirrored) as Float32Array<ArrayBuffer>;
  }

  #strips(luma: Luma, side: Side, flipped: boolean): Float32Array {
    const { width, height } = luma;
    const kernels = this.#kernels!;
    const at = this.#placed(luma);
    const weights = new StripWeights(side);
    kernels.floats(at.sums, 64 * at.stride).fill(0);
    for (let y = 0; y < height; y++) {
      this.#row(luma, flipped ? height - 1 - y : y, at);
      weights.row((sample, weight) => kernels.run.addScaled(at.sums + 4 * sample * at.stride, at.row, width, weight));
    }
    const sums = new Float32Array(64 * width);
    for (let sample = 0; sample < 64; sample++) {
      sums.set(kernels.floats(at.sums + 4 * sample * at.stride, width), sample * width);
    }
    return sums;
  }

  plane(luma: Luma): Plane {
    const { width, height } = luma;
    const work = workingPlane(width, height);
    if (this.#kernels === null) {
      const read = rowsOf(luma);
      const row = new Float32Array(width);
      const line = new PlainLine(width);
      for (let y = 0; y < height; y++) {
        read(y, row);
        for (let x = 0; x < width; x++) line.levels[x] = Math.min(Math.max(Math.fround(row[x]! * 256 + 0.5) | 0, 0), 65_280);
        work.row(line);
      }
      return work.plane;
    }
    const kernels = this.#kernels;
    const at = this.#placed(luma);
    kernels.counts(at.line, at.stride).fill(0);
    const line: Line = {
      add: (weight) => kernels.run.addWeighted(at.line, at.levels, width, weight),
      sums: kernels.counts(at.line, width),
    };
    for (let y = 0; y < height; y++) {
      this.#row(luma, y, at);
      work.row(line);
    }
    return work.plane;
  }

  #layout(width: number, bytes: number): Layout {
    const kernels = this.#kernels!;
    // Kernels read and write whole lanes.
    const stride = (width + 7) & ~7;
    kernels.begin();
    return {
      stride,
      sums: kernels.take(4 * 64 * stride),
      row: kernels.take(4 * stride),
      levels: kernels.take(4 * stride),
      line: kernels.take(4 * stride),
      table: kernels.take(4 * MOST_VALUES),
      pixels: kernels.take(bytes),
    };
  }

  /** The frame, in the kernels' memory. */
  #placed({ width, bytes, levels }: Luma): Layout {
    const kernels = this.#kernels!;
    const at = this.#layout(width, bytes.length);
    kernels.bytes(at.pixels, bytes.length).set(bytes);
    if (levels !== null) kernels.floats(at.table, levels.length).set(levels);
    return at;
  }

  #row({ width, stride, levels }: Luma, y: number, at: Layout): void {
    const { run } = this.#kernels!;
    const from = at.pixels + y * stride;
    if (levels === null) run.bytes(from, width, at.row, at.levels);
    else run.words(from, width, at.table, levels.length - 1, at.row, at.levels);
  }

  #side(length: number, backwards: boolean): Side {
    const key = backwards ? -length : length;
    const found = this.#sides.get(key) ?? sideWeights(length, 1, backwards);
    this.#sides.set(key, found);
    return found;
  }
}

/** Of the longest table of levels: samples of twelve bits. */
const MOST_VALUES = 4096;

function rowsOf({ width, bytes, stride, levels }: Luma): (y: number, row: Float32Array) => void {
  if (levels === null) return (y, row) => row.set(bytes.subarray(y * stride, y * stride + width));
  const last = levels.length - 1;
  return (y, row) => {
    for (let x = 0, at = y * stride; x < width; x++, at += 2) row[x] = levels[Math.min(bytes[at]! | (bytes[at + 1]! << 8), last)]!;
  };
}
