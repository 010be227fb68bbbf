/**
 * How a stored frame becomes the shown one, and planes so turned.
 *
 * In: a container's turn, planes. Out: a place in `pdq.ORIENTATIONS`, planes turned. Next: `frame`.
 */

import type { Plane } from "../plane.ts";

/** A place in `pdq.ORIENTATIONS`; the engine's `pdq.Orientation`. */
export type Orientation = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** A turn clockwise, then perhaps a mirroring left to right. */
export function orientationOf(rotation: number, flip: boolean): Orientation {
  const quarter = ((Math.round(rotation / 90) % 4) + 4) % 4;
  const plain = [0, 6, 3, 5] as const;
  const flipped = [1, 4, 2, 7] as const;
  return (flip ? flipped : plain)[quarter]!;
}

/** Mirrored where bit 0 is set, flipped where bit 1 is, then transposed where bit 2 is. Exact means are the same, whether a picture
 * is turned before or after they are taken. */
export function turnedPlane({ width, height, data }: Plane, turn: Orientation): Plane {
  if (turn === 0) return { width, height, data };
  const turned = new Int32Array(data.length);
  const [across, down] = turn & 4 ? [height, width] : [width, height];
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const [column, row] = turn & 4 ? [y, x] : [x, y];
      const from = (turn & 2 ? height - 1 - row : row) * width + (turn & 1 ? width - 1 - column : column);
      turned[y * across + x] = data[from]!;
    }
  }
  return { width: across, height: down, data: turned };
}
