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

/** Smallest step between neighbours that is sharp, in two grey levels. */
const SHARP = 24;

/** Few shades, sharp steps, all in few places: a sticker, text or an interface, rather than photographed. */
export function drawn({ width, height, data }: Plane, { x, y, half }: Square): boolean {
  const left = Math.max(0, (x - half) >> 6);
  const right = Math.min(width, (x + half) >> 6);
  const top = Math.max(0, (y - half) >> 6);
  const bottom = Math.min(height, (y + half) >> 6);
  const shades = new Int32Array(64);
  let [pairs, steps, sharp, squares] = [0, 0, 0, 0];
  const count = (value: number, beside: number): void => {
    const step = Math.abs(beside - value) >> 9;
    pairs += 1;
    steps += step;
    if (step >= SHARP) sharp += step;
    squares += step * step;
  };
  for (let row = top; row < bottom; row++) {
    for (let at = row * width + left; at < row * width + right; at++) {
      shades[data[at]! >> 10]! += 1;
      if (at + 1 < row * width + right) count(data[at]!, data[at + 1]!);
      if (row + 1 < bottom) count(data[at]!, data[at + width]!);
    }
  }
  const pixels = Math.max(0, right - left) * Math.max(0, bottom - top);
  const spread = Math.floor((steps * steps) / Math.max(1, squares));
  // In doubles, in this order: docs/en/altered-copies.md, section 3, 5.
  const signs = shades.sort()[63]! / Math.max(1, pixels) + sharp / Math.max(1, steps);
  return pixels > 0 && signs > 0.12 + 1.5 * (spread / Math.max(1, pairs));
}
