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
import { KernelRows } from "./kernel-rows.ts";
import type { Kernels } from "./kernels.ts";
import type { Plane } from "./plane.ts";
import { PlainRows, type Rows } from "./rows.ts";
import { byPlace, drawn, overlap, within } from "./squares.ts";
import type { StopList } from "./stoplist.ts";

export interface Family {
  readonly kind: "family";
  readonly whole: Hashed;
  /** In the order of the walk; no place, size or rank is kept. */
  readonly anchored: readonly Hashed[];
}

/** Takes a picture's rows one after the other; with kernels, where they are to be had. One at a time may use them. */
export class FamilyBuilder {
  readonly #rows: Rows;
  readonly #kernels: Kernels | null;

  constructor(width: number, height: number, kernels: Kernels | null = null) {
    const fits = kernels !== null && KernelRows.fit(width, height);
    this.#kernels = kernels;
    this.#rows = fits ? new KernelRows(kernels, width, height) : new PlainRows(width, height);
    if (!fits) kernels?.begin();
  }

  /** Where so many bytes of pixels may be put, to be read there; the same room again and again. */
  room(bytes: number): Uint8Array<ArrayBuffer> {
    return this.#rows.room(bytes);
  }

  /** The next rows, as straight RGBA. */
  rgba(data: Uint8Array | Uint8ClampedArray, rows: number): void {
    this.#rows.rgba(data, rows);
  }

  /** The next rows, as luma from 0 to 255. */
  luma(data: Uint8Array | Float32Array, rows: number): void {
    this.#rows.luma(data, rows);
  }

  /** The standard hash, once every row has come. */
  whole(): Hashed {
    const samples = this.#rows.samples();
    return { kind: "hashed", hash: bits(transform(samples)), quality: quality(samples) };
  }

  /** Up to eight anchored hashes, once every row has come. */
  anchored(stopList: StopList | null): Hashed[] {
    return anchoredHashes(this.#rows.plane, MOST_ANCHORS, stopList, this.#kernels);
  }
}

/** Whether a picture of this size has a hash; null where it has. */
export function refused(width: number, height: number): NotHashable | null {
  return Math.min(width, height) < MIN_SIDE ? { kind: "not-hashable", reason: "too-small" } : null;
}

/** The walk: each square is kept or passed over before the next is looked at. */
export function anchoredHashes(
  work: Plane,
  most: number,
  stopList: StopList | null,
  kernels: Kernels | null = null,
): Hashed[] {
  const kept: Square[] = [];
  const hashes: Hashed[] = [];
  for (const square of byPlace(extrema(work, kernels), work)) {
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
  kernels: Kernels | null = null,
): Family | NotHashable {
  if (luma.length !== width * height) return { kind: "not-hashable", reason: "wrong-length" };
  const refusal = refused(width, height);
  if (refusal !== null) return refusal;
  const builder = new FamilyBuilder(width, height, kernels);
  builder.luma(luma, height);
  return { kind: "family", whole: builder.whole(), anchored: builder.anchored(stopList) };
}

/** The family of an RGBA picture that is there whole. */
export function familyOfRgba(
  rgba: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
  stopList: StopList | null = null,
  kernels: Kernels | null = null,
): Family | NotHashable {
  if (rgba.length !== 4 * width * height) return { kind: "not-hashable", reason: "wrong-length" };
  const refusal = refused(width, height);
  if (refusal !== null) return refusal;
  const builder = new FamilyBuilder(width, height, kernels);
  builder.rgba(rgba, height);
  return { kind: "family", whole: builder.whole(), anchored: builder.anchored(stopList) };
}
