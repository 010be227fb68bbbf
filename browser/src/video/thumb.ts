/**
 * A frame's thumbnail, by which motion is told: box means of few pixels, centred and brought to unit spread (docs/en/moments.md).
 *
 * In: `Luma`. Out: 28 × 28 integers. Next: `motion`. Integers throughout, each below 2⁵³; the engine's twin is
 * `kernels.jit.motion`.
 */

import type { Luma } from "./rows.ts";

export type Thumb = Int32Array<ArrayBuffer>;

/** Pixels of the shorter side that a thumbnail reads, at least. */
const FINENESS = 128;
/** Cells along each side, of which the outer ones are left out: logos, captions and bars lie there. */
const CELLS = 32;
const RIM = 2;
const INNER = CELLS - 2 * RIM;
/** What a spread of one becomes. */
const UNIT = 4096;
/** Added to the spread, four grey levels: the noise of a plain picture is no motion. */
const PLAIN = 1024;

/** Motion needs neither turn nor range. */
export function thumb(luma: Luma): Thumb {
  return normal(means(luma, stepOf(luma.width, luma.height)));
}

/** Of so many pixels and rows one is read, from the middle of them. */
export function stepOf(width: number, height: number): number {
  return Math.max(1, Math.floor(Math.min(width, height) / FINENESS));
}

/** Of the cells, in 1/256 of a level, of every `step`-th pixel of every `step`-th row. */
function means({ width, height, bytes, stride, levels }: Luma, step: number): Float64Array {
  const first = step >> 1;
  const rows = Math.floor((height - first + step - 1) / step);
  const columns = Math.floor((width - first + step - 1) / step);
  const sums = new Float64Array(columns);
  const found = new Float64Array(CELLS * CELLS);
  for (let j = 0; j < CELLS; j++) {
    const top = Math.floor((j * rows) / CELLS);
    const bottom = Math.max(top + 1, Math.floor(((j + 1) * rows) / CELLS));
    sums.fill(0);
    for (let y = top; y < bottom; y++) {
      const line = (first + y * step) * stride;
      if (levels === null) for (let i = 0; i < columns; i++) sums[i]! += 4 * bytes[line + first + i * step]!;
      else for (let i = 0; i < columns; i++) sums[i]! += quarters(levels, bytes, line + 2 * (first + i * step));
    }
    for (let i = 0; i < CELLS; i++) {
      const left = Math.floor((i * columns) / CELLS);
      const right = Math.max(left + 1, Math.floor(((i + 1) * columns) / CELLS));
      let total = 0;
      for (let x = left; x < right; x++) total += sums[x]!;
      const count = (bottom - top) * (right - left);
      found[j * CELLS + i] = Math.floor((64 * total + (count >> 1)) / count);
    }
  }
  return found;
}

/** A level in quarters, rounded half up. */
function quarters(levels: Float32Array, bytes: Uint8Array, at: number): number {
  return Math.floor(levels[Math.min(bytes[at]! | (bytes[at + 1]! << 8), levels.length - 1)]! * 4 + 0.5);
}

/** The inner cells less their mean, by their spread: in 1/4096. */
function normal(cells: Float64Array): Thumb {
  const inner = new Float64Array(INNER * INNER);
  for (let y = 0; y < INNER; y++) {
    inner.set(cells.subarray((RIM + y) * CELLS + RIM, (RIM + y) * CELLS + RIM + INNER), y * INNER);
  }
  const count = inner.length;
  const total = inner.reduce((sum, value) => sum + value, 0);
  const mean = Math.floor((total + (count >> 1)) / count);
  const squares = inner.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const spread = Math.floor(Math.sqrt(Math.floor(squares / count))) + PLAIN;
  return Int32Array.from(inner, (value) => Math.floor(((value - mean) * UNIT) / spread));
}

/** Σ |left − right|. */
export function apart(left: Thumb, right: Thumb): number {
  let total = 0;
  for (let at = 0; at < left.length; at++) total += Math.abs(left[at]! - right[at]!);
  return total;
}

/** The thumbnail `since` of `whole` milliseconds after `earlier`. */
export function between(earlier: Thumb, later: Thumb, since: number, whole: number): Thumb {
  return earlier.map((value, at) => value + Math.floor(((later[at]! - value) * since) / whole));
}
