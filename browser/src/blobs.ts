/**
 * Blobs of a plane: integer Gaussian blurs, extrema of their differences (docs/en/altered-copies.md, section 2, 2 to 7).
 *
 * In: a working plane. Out: `Square`s in order of detection. Next: `squares`. The engine's twin: `kernels.jit.anchors_detect`.
 */

import { BLURS, EDGE, HALF_SIDES, LEAST_STRENGTH, MOST_EXTREMA, OCTAVE_SIDES } from "./anchor-tables.ts";
import { kernelOctave } from "./kernel-blobs.ts";
import type { Kernels } from "./kernels.ts";
import { areaAverage, sideAt, type Plane } from "./plane.ts";

/** An extremum and the square about it: centre and half-side in 1/64 of a working pixel. */
export interface Square {
  readonly strength: number;
  readonly x: number;
  readonly y: number;
  readonly half: number;
}

/** `kernels` that have room left, where they are to be had. */
export function extrema(work: Plane, kernels: Kernels | null = null): Square[] {
  const longest = Math.max(work.width, work.height);
  const found: Square[] = [];
  OCTAVE_SIDES.forEach((side, octave) => {
    const width = sideAt(work.width, longest, side);
    const height = sideAt(work.height, longest, side);
    if (width < 3 || height < 3) return;
    const base = areaAverage(work, width, height);
    const { levels, peaks } = kernels === null ? plainOctave(base) : kernelOctave(base, kernels);
    for (let k = 1; k <= 3; k++) {
      for (const at of peaks(k)) {
        if (isEdge(levels[k]!, at, width)) continue;
        const place = peak(levels, k, at, width);
        if (place === null || found.length === MOST_EXTREMA) continue;
        const [dx, dy, ds] = place.map((shift, axis) => Math.floor((axis < 2 ? 64 : 16) * shift + 0.5));
        const x = at % width;
        const y = Math.floor(at / width);
        found.push({
          strength: Math.abs(levels[k]![at]!),
          x: Math.floor(((64 * (2 * x + 1) + 2 * dx!) * work.width) / (2 * width)),
          y: Math.floor(((64 * (2 * y + 1) + 2 * dy!) * work.height) / (2 * height)),
          half: HALF_SIDES[16 * k + ds!]! << octave,
        });
      }
    }
  });
  return found;
}

/** Of one octave: five differences of blurs, and the places of peaks of the one of that number, in order. */
export interface Octave {
  readonly levels: readonly Int32Array[];
  readonly peaks: (k: number) => Iterable<number>;
}

function plainOctave(base: Plane): Octave {
  const { width, height } = base;
  const levels = differences(base);
  const peaks = function* (k: number): Generator<number> {
    for (let y = 1; y < height - 1; y++) {
      for (let at = y * width + 1; at < (y + 1) * width - 1; at++) if (isPeak(levels, k, at, width)) yield at;
    }
  };
  return { levels, peaks };
}

/** Five differences of six Gaussians of growing width. */
function differences(base: Plane): Int32Array[] {
  const result: Int32Array[] = [];
  let fine: Int32Array | undefined;
  for (const half of BLURS) {
    const wide = blurred(fine ?? base.data, base.width, base.height, half);
    if (fine !== undefined) result.push(wide.map((value, at) => value - fine![at]!));
    fine = wide;
  }
  return result;
}

/** Down, then across, each rounded half up at 14 bits; beyond an edge the edge's value holds. */
function blurred(plane: Int32Array, width: number, height: number, half: readonly number[]): Int32Array {
  const reach = half.length - 1;
  const centre = half[0]!;
  const down = new Int32Array(plane.length);
  const sums = new Int32Array(width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) sums[x] = Math.imul(centre, plane[y * width + x]!) + 8192;
    for (let i = 1; i <= reach; i++) {
      addPair(sums, plane, Math.max(0, y - i) * width, Math.min(height - 1, y + i) * width, half[i]!);
    }
    for (let x = 0; x < width; x++) down[y * width + x] = sums[x]! >> 14;
  }
  const across = new Int32Array(plane.length);
  const padded = new Int32Array(width + 2 * reach);
  for (let y = 0; y < height; y++) {
    padded.fill(down[y * width]!, 0, reach);
    padded.set(down.subarray(y * width, (y + 1) * width), reach);
    padded.fill(down[(y + 1) * width - 1]!, reach + width);
    for (let x = 0; x < width; x++) sums[x] = Math.imul(centre, padded[reach + x]!) + 8192;
    for (let i = 1; i <= reach; i++) addPair(sums, padded, reach - i, reach + i, half[i]!);
    for (let x = 0; x < width; x++) across[y * width + x] = sums[x]! >> 14;
  }
  return across;
}

/** The two places that one weight of a symmetric blur is for. All sums stay below 2³¹. */
function addPair(sums: Int32Array, plane: Int32Array, from: number, other: number, weight: number): void {
  for (let x = 0; x < sums.length; x++) {
    sums[x] = (sums[x]! + Math.imul(weight, plane[from + x]! + plane[other + x]!)) | 0;
  }
}

/** Strong enough, and strictly above all 26 neighbours, or strictly below. */
function isPeak(levels: readonly Int32Array[], k: number, at: number, width: number): boolean {
  const value = levels[k]![at]!;
  if (Math.abs(value) < LEAST_STRENGTH) return false;
  const sign = value > 0 ? 1 : -1;
  for (let level = k - 1; level <= k + 1; level++) {
    const plane = levels[level]!;
    for (let row = at - width; row <= at + width; row += width) {
      for (let place = row - 1; place <= row + 1; place++) {
        if (sign * plane[place]! >= sign * value && (level !== k || place !== at)) return false;
      }
    }
  }
  return true;
}

/** Curvature lies along one line. */
function isEdge(plane: Int32Array, at: number, width: number): boolean {
  const centre = plane[at]!;
  const xx = plane[at + 1]! + plane[at - 1]! - 2 * centre;
  const yy = plane[at + width]! + plane[at - width]! - 2 * centre;
  const xy =
    plane[at + width + 1]! - plane[at + width - 1]! - plane[at - width + 1]! + plane[at - width - 1]!;
  const determinant = 16 * xx * yy - xy * xy;
  const trace = xx + yy;
  return determinant <= 0 || 16 * trace * trace * EDGE >= (EDGE + 1) * (EDGE + 1) * determinant;
}

/** Newton's step to the top of the quadric through the 27 values; every operation in the engine's order. */
function peak(levels: readonly Int32Array[], k: number, at: number, width: number): [number, number, number] | null {
  const below = levels[k - 1]!;
  const here = levels[k]!;
  const above = levels[k + 1]!;
  const centre = here[at]!;
  const xx = here[at + 1]! + here[at - 1]! - 2 * centre;
  const yy = here[at + width]! + here[at - width]! - 2 * centre;
  const ss = above[at]! + below[at]! - 2 * centre;
  const xy =
    (here[at + width + 1]! - here[at + width - 1]! - here[at - width + 1]! + here[at - width - 1]!) * 0.25;
  const xs = (above[at + 1]! - above[at - 1]! - below[at + 1]! + below[at - 1]!) * 0.25;
  const ys = (above[at + width]! - above[at - width]! - below[at + width]! + below[at - width]!) * 0.25;
  const gx = (here[at + 1]! - here[at - 1]!) * 0.5;
  const gy = (here[at + width]! - here[at - width]!) * 0.5;
  const gs = (above[at]! - below[at]!) * 0.5;
  const yyss = yy * ss - ys * ys;
  const xyss = xy * ss - ys * xs;
  const xyys = xy * ys - yy * xs;
  const determinant = xx * yyss - xy * xyss + xs * xyys;
  if (determinant === 0) return null;
  const gyss = gy * ss - ys * gs;
  const gyys = gy * ys - yy * gs;
  const gyxs = gy * xs - xy * gs;
  const dx = -(gx * yyss - xy * gyss + xs * gyys) / determinant;
  const dy = -(xx * gyss - gx * xyss - xs * gyxs) / determinant;
  const ds = -(-xx * gyys + xy * gyxs + gx * xyys) / determinant;
  return Math.abs(dx) < 1 && Math.abs(dy) < 1 && Math.abs(ds) < 1 ? [dx, dy, ds] : null;
}
