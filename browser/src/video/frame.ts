/**
 * Hashes of one frame as it is shown (docs/en/moments.md).
 *
 * In: luma as stored, its range, how it is turned. Out: its PDQ, the anchored hashes of places in it. Next: `watcher`. No pixel is
 * turned: samples, coefficients, planes are. The engine's twin: `repit_engine.moments.frame`.
 */

import { anchoredHashes } from "../family.ts";
import type { Hashed } from "../hash.ts";
import type { Kernels } from "../kernels.ts";
import { bits, quality, transform, transposed } from "../pdq.ts";
import type { StopList } from "../stoplist.ts";
import { MOST_ANCHORED } from "./blob.ts";
import type { FrameRows, Luma } from "./rows.ts";
import { turnedPlane, type Orientation } from "./turned.ts";

/** Of limited range: its black, and what lies between that and its white. */
const BLACK = 16;
const RANGE = 219;
const SCALE = Math.fround(255 / RANGE);
const WHITE = 255 * 256;

export interface Stored {
  readonly luma: Luma;
  readonly sparse?: Luma;
  /** Black is 16 and white 235. */
  readonly limited: boolean;
  readonly turn: Orientation;
}

/** Of a frame with sides of five pixels and more. The bits do not depend on the range. */
export function whole({ luma, limited, turn }: Stored, rows: FrameRows): Hashed {
  const samples = rows.samples(luma, (turn & 1) !== 0, (turn & 2) !== 0);
  const coefficients = transform(samples);
  const hash = bits(turn & 4 ? transposed(coefficients) : coefficients);
  const seen = limited ? samples.map((sample) => Math.fround(Math.fround(sample - BLACK) * SCALE)) : samples;
  return { kind: "hashed", hash, quality: quality(seen) };
}

export function anchored({ luma, limited, turn }: Stored, rows: FrameRows, stopList: StopList, kernels: Kernels | null): Hashed[] {
  const plane = turnedPlane(rows.plane(luma), turn);
  const data = limited ? plane.data.map((level) => clipped(Math.floor(((level - BLACK * 256) * 255 + (RANGE >> 1)) / RANGE))) : plane.data;
  return anchoredHashes({ ...plane, data }, MOST_ANCHORED, stopList, kernels);
}

function clipped(level: number): number {
  return Math.min(Math.max(level, 0), WHITE);
}
