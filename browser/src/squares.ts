/**
 * Which squares of a picture are hashed: their order, their overlaps, and whether one holds something drawn
 * (docs/en/altered-copies.md, section 2, 8 and 9; section 3, 5).
 *
 * In: extrema. Out: the order of the walk, yes or no. Next: `family`.
 */

import { SLACK } from "./anchor-tables.ts";
import type { Square } from "./blobs.ts";
import type { Plane } from "./plane.ts";

/** Strong squares that stay near the middle first; equals keep the order of detection. */
export function byPlace(found: readonly Square[], { width, height }: Plane): Square[] {
  const reach = (centre: number, half: number, pixels: number): number =>
    Math.floor(((Math.abs(2 * centre - 64 * pixels) + 2 * half) * 1024) / (64 * pixels));
  const ranked = found.map((square) => {
    const far = Math.max(reach(square.x, square.half, width), reach(square.y, square.half, height));
    return { square, rank: square.strength * (3072 - 2 * far) };
  });
  return ranked.sort((a, b) => b.rank - a.rank).map(({ square }) => square);
}

export function within({ x, y, half }: Square, { width, height }: Plane): boolean {
  return (
    x - half >= -SLACK && y - half >= -SLACK && x + half <= 64 * width + SLACK && y + half <= 64 * height + SLACK
  );
}

/** Intersection over union above 3/10. */
export function overlap(a: Square, b: Square): boolean {
  const wide = Math.min(a.x + a.half, b.x + b.half) - Math.max(a.x - a.half, b.x - b.half);
  const high = Math.min(a.y + a.half, b.y + b.half) - Math.max(a.y - a.half, b.y - b.half);
  if (wide <= 0 || high <= 0) return false;
  const shared = wide * high;
  return shared * 10 > 3 * (4 * a.half * a.half + 4 * b.half * b.half - shared);
}

/** Whether four of 64 shades fill more than 62 % of a square's whole pixels. */
export function drawn({ width, height, data }: Plane, { x, y, half }: Square): boolean {
  const shades = new Int32Array(64);
  const left = Math.max(0, (x - half) >> 6);
  const right = Math.min(width, (x + half) >> 6);
  const top = Math.max(0, (y - half) >> 6);
  const bottom = Math.min(height, (y + half) >> 6);
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) shades[data[row * width + column]! >> 10]! += 1;
  }
  const fullest = shades.sort().subarray(60).reduce((sum, count) => sum + count, 0);
  return 100 * fullest > 62 * Math.max(0, right - left) * Math.max(0, bottom - top);
}
