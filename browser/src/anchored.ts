/**
 * The anchored hash of a square: 64 × 64 exact means, an integer cosine transform, signs about the median; and what it is
 * worth (docs/en/altered-copies.md, section 3).
 *
 * In: a working plane, a square. Out: `Anchored`. Next: `family`. The engine's twin: `kernels.jit.anchors_hash`.
 */

import { WAVES } from "./anchor-tables.ts";
import type { Square } from "./blobs.ts";
import type { Plane } from "./plane.ts";

export interface Anchored {
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** PDQ's, 0 to 100. */
  readonly quality: number;
  /** 0 to 1920: how alike the rows, or columns, of the signs are. */
  readonly structure: number;
  /** Over how many neighbours the detail spreads. */
  readonly breadth: number;
}

export function anchoredHash(work: Plane, square: Square): Anchored {
  const grid = samples(work, square);
  const hash = bits(grid);
  return { hash, ...detail(grid), structure: structure(hash) };
}

interface Axis {
  readonly starts: number[];
  readonly weights: number[][];
}

/** Weights of 64 cells along one axis in 1/4096 of a pixel; beyond an edge the edge's pixel counts. */
function axis(origin: number, extent: number, pixels: number): Axis {
  const window = Math.max(extent, 4096);
  const starts: number[] = [];
  const weights: number[][] = [];
  const inside = (pixel: number): number => Math.min(Math.max(pixel, 0), pixels - 1);
  for (let cell = 0; cell < 64; cell++) {
    const low = 64 * origin + cell * extent - Math.floor((window - extent) / 2);
    const high = low + window;
    const first = Math.floor(low / 4096);
    const last = Math.ceil(high / 4096);
    const start = inside(first);
    const row = new Array<number>(inside(last - 1) - start + 1).fill(0);
    for (let k = first; k < last; k++) {
      row[inside(k) - start]! += Math.min(high, (k + 1) * 4096) - Math.max(low, k * 4096);
    }
    starts.push(start);
    weights.push(row);
  }
  return { starts, weights };
}

/** 64 × 64 means, row-major, rounded half up. */
function samples(work: Plane, { x, y, half }: Square): Float64Array {
  const extent = 2 * half;
  const across = axis(x - half, extent, work.width);
  const down = axis(y - half, extent, work.height);
  const left = across.starts[0]!;
  const right = across.starts[63]! + across.weights[63]!.length;
  const area = Math.max(extent, 4096) ** 2;
  const line = new Float64Array(work.width);
  const grid = new Float64Array(64 * 64);
  for (let j = 0; j < 64; j++) {
    line.fill(0);
    down.weights[j]!.forEach((weight, k) => {
      const row = (down.starts[j]! + k) * work.width;
      for (let i = left; i < right; i++) line[i]! += weight * work.data[row + i]!;
    });
    for (let i = 0; i < 64; i++) {
      const weights = across.weights[i]!;
      const start = across.starts[i]!;
      let total = 0;
      for (let k = 0; k < weights.length; k++) total += weights[k]! * line[start + k]!;
      grid[j * 64 + i] = Math.floor((2 * total + area) / (2 * area));
    }
  }
  return grid;
}

function detail(grid: Float64Array): { quality: number; breadth: number } {
  let total = 0;
  let squares = 0;
  const count = (a: number, b: number): void => {
    const step = Math.floor((Math.abs(a - b) * 100) / 65_280);
    total += step;
    squares += step * step;
  };
  for (let at = 0; at < 64 * 64; at++) {
    if (at % 64 < 63) count(grid[at]!, grid[at + 1]!);
    if (at < 63 * 64) count(grid[at]!, grid[at + 64]!);
  }
  const breadth = squares === 0 ? 0 : Math.floor((total * total) / squares);
  return { quality: Math.min(100, Math.floor(total / 90)), breadth };
}

/** Signs of frequencies 1 to 16 about their median; every sum is exact, so that no order matters. */
function bits(grid: Float64Array): Uint8Array {
  const part = new Float64Array(16 * 64);
  for (let i = 0; i < 16; i++) {
    for (let y = 0; y < 64; y++) {
      const wave = WAVES[i * 64 + y]!;
      for (let x = 0; x < 64; x++) part[i * 64 + x]! += wave * grid[y * 64 + x]!;
    }
  }
  const values = new Float64Array(256);
  for (let i = 0; i < 16; i++) {
    for (let j = 0; j < 16; j++) {
      let total = 0;
      for (let x = 0; x < 64; x++) total += WAVES[j * 64 + x]! * part[i * 64 + x]!;
      values[16 * i + j] = total;
    }
  }
  const median = values.slice().sort()[127]!;
  const hash = new Uint8Array(32);
  values.forEach((value, bit) => {
    if (value > median) hash[31 - (bit >> 3)]! |= 1 << (bit & 7);
  });
  return hash;
}

function structure(hash: Uint8Array): number {
  const rows = new Array<number>(16).fill(0);
  const columns = new Array<number>(16).fill(0);
  for (let bit = 0; bit < 256; bit++) {
    if (((hash[31 - (bit >> 3)]! >> (bit & 7)) & 1) === 0) continue;
    rows[bit >> 4]! |= 1 << (bit & 15);
    columns[bit & 15]! |= 1 << (bit >> 4);
  }
  return Math.max(alike(rows), alike(columns));
}

function alike(lines: readonly number[]): number {
  let total = 0;
  for (let i = 0; i < 16; i++) {
    for (let j = i + 1; j < 16; j++) total += Math.abs(16 - 2 * ones(lines[i]! ^ lines[j]!));
  }
  return total;
}

function ones(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
