/**
 * One picture, row by row, to its family: the standard hash and up to eight anchored ones.
 *
 * In: rows of luma or RGBA, top to bottom, each once. Out: `Family`, or `NotHashable`. Next: the worker. The memory that it
 * takes does not grow with the picture's height. Bits equal the engine's `bank_family` (`conformance/anchors.json`).
 */

import { anchoredHash } from "./anchored.ts";
import { LEAST_BREADTH, LEAST_QUALITY, MOST_ANCHORS, MOST_STRUCTURE } from "./anchor-tables.ts";
import { extrema, type Square } from "./blobs.ts";
import type { Hashed, NotHashable } from "./hash.ts";
import { bits, MIN_SIDE, quality, transform } from "./pdq.ts";
import { workingPlane, type AreaAverage, type Plane } from "./plane.ts";
import { columns, lumaRows, rgbaRows, StripSums } from "./samples.ts";
import { byPlace, drawn, overlap, within } from "./squares.ts";
import type { StopList } from "./stoplist.ts";
import { sideWeights } from "./weights.ts";

export interface Family {
  readonly kind: "family";
  readonly whole: Hashed;
  /** In the order of the walk; no place, size or rank is kept. */
  readonly anchored: readonly Hashed[];
}

/** Takes a picture's rows one after the other. */
export class FamilyBuilder {
  readonly #width: number;
  readonly #row: Float32Array;
  readonly #levels: Int32Array;
  readonly #strips: StripSums;
  readonly #work: AreaAverage;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#row = new Float32Array(width);
    this.#levels = new Int32Array(width);
    this.#strips = new StripSums(width, sideWeights(height));
    this.#work = workingPlane(width, height);
  }

  /** The next rows, as straight RGBA. */
  rgba(data: Uint8Array | Uint8ClampedArray, rows: number): void {
    const read = rgbaRows(data, this.#width);
    for (let y = 0; y < rows; y++) {
      read(y, this.#row);
      this.#take();
    }
  }

  /** The next rows, as luma from 0 to 255. */
  luma(data: Uint8Array | Float32Array, rows: number): void {
    const read = lumaRows(data, this.#width);
    for (let y = 0; y < rows; y++) {
      read(y, this.#row);
      this.#take();
    }
  }

  #take(): void {
    const row = this.#row;
    const levels = this.#levels;
    this.#strips.row(row);
    for (let x = 0; x < row.length; x++) {
      const level = Math.fround(row[x]! * 256 + 0.5) | 0;
      levels[x] = level < 0 ? 0 : level > 65_280 ? 65_280 : level;
    }
    this.#work.row(levels);
  }

  /** The standard hash, once every row has come. */
  whole(): Hashed {
    const samples = columns(this.#strips.sums, this.#width, sideWeights(this.#width), false);
    return { kind: "hashed", hash: bits(transform(samples)), quality: quality(samples) };
  }

  /** Up to eight anchored hashes, once every row has come. */
  anchored(stopList: StopList | null): Hashed[] {
    return anchoredHashes(this.#work.plane, MOST_ANCHORS, stopList);
  }
}

/** Whether a picture of this size has a hash; null where it has. */
export function refused(width: number, height: number): NotHashable | null {
  return Math.min(width, height) < MIN_SIDE ? { kind: "not-hashable", reason: "too-small" } : null;
}

/** The walk: each square is kept or passed over before the next is looked at. */
export function anchoredHashes(work: Plane, most: number, stopList: StopList | null): Hashed[] {
  const kept: Square[] = [];
  const hashes: Hashed[] = [];
  for (const square of byPlace(extrema(work), work)) {
    if (kept.length === most) break;
    if (!within(square, work) || kept.some((other) => overlap(square, other))) continue;
    const { hash, quality: worth, structure, breadth } = anchoredHash(work, square);
    if (worth < LEAST_QUALITY || structure > MOST_STRUCTURE || breadth < LEAST_BREADTH) continue;
    if (drawn(work, square) || stopList?.near(hash)) continue;
    kept.push(square);
    hashes.push({ kind: "hashed", hash, quality: worth });
  }
  return hashes;
}

/** The family of a luma that is there whole. */
export function familyOfLuma(
  luma: Uint8Array | Float32Array,
  width: number,
  height: number,
  stopList: StopList | null = null,
): Family | NotHashable {
  if (luma.length !== width * height) return { kind: "not-hashable", reason: "wrong-length" };
  const refusal = refused(width, height);
  if (refusal !== null) return refusal;
  const builder = new FamilyBuilder(width, height);
  builder.luma(luma, height);
  return { kind: "family", whole: builder.whole(), anchored: builder.anchored(stopList) };
}

/** The family of an RGBA picture that is there whole. */
export function familyOfRgba(
  rgba: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
  stopList: StopList | null = null,
): Family | NotHashable {
  if (rgba.length !== 4 * width * height) return { kind: "not-hashable", reason: "wrong-length" };
  const refusal = refused(width, height);
  if (refusal !== null) return refusal;
  const builder = new FamilyBuilder(width, height);
  builder.rgba(rgba, height);
  return { kind: "family", whole: builder.whole(), anchored: builder.anchored(stopList) };
}
