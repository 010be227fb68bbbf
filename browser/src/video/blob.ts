/**
 * Moments as one blob: versioned, with a checksum, byte for byte what the engine's `repit_engine.moments.blob` writes
 * (docs/en/moments.md).
 *
 * In: `Moments`. Out: bytes, and those without anchored hashes. Next: the worker tells the page, which sends them with an item.
 */

import { sha256 } from "@noble/hashes/sha2.js";

import type { Hashed } from "../hash.ts";

/** What one moment shows, from `begin` to `end` in milliseconds from the first shown frame, both inclusive. */
export interface Moment {
  readonly begin: number;
  readonly end: number;
  readonly whole: Hashed;
  /** At most `MOST_ANCHORED`. */
  readonly anchored: readonly Hashed[];
}

export interface Moments {
  readonly moments: readonly Moment[];
  /** Of the whole video, in milliseconds. */
  readonly duration: number;
}

export const MOST_MOMENTS = 1 << 14;
export const MOST_ANCHORED = 4;

/** RPTM, and the version. */
const MAGIC = [0x52, 0x50, 0x54, 0x4d, 1];
const HEAD = 20;
const ROW = 42;
const PLACE = 33;
const SUM = 8;

export function toBytes({ moments, duration }: Moments): Uint8Array<ArrayBuffer> {
  const places = moments.flatMap(({ anchored }) => anchored);
  const blob = new Uint8Array(HEAD + ROW * moments.length + PLACE * places.length + SUM);
  const view = headed(blob, duration, moments.length, places.length);
  moments.forEach((moment, number) => {
    const at = HEAD + ROW * number;
    view.setUint32(at, moment.begin, true);
    view.setUint32(at + 4, moment.end, true);
    blob[at + 8] = moment.whole.quality;
    blob[at + 9] = moment.anchored.length;
    blob.set(moment.whole.hash, at + 10);
  });
  places.forEach(({ hash, quality }, number) => {
    const at = HEAD + ROW * moments.length + PLACE * number;
    blob[at] = quality;
    blob.set(hash, at + 1);
  });
  return summed(blob);
}

/** Whether these are bytes that `toBytes` wrote, whole. */
export function isBlob(blob: Uint8Array): boolean {
  if (blob.length < HEAD + SUM || MAGIC.some((each, at) => blob[at] !== each) || blob.subarray(5, 8).some((each) => each !== 0)) {
    return false;
  }
  const view = new DataView(blob.buffer, blob.byteOffset, blob.length);
  const [count, places] = [view.getUint32(12, true), view.getUint32(16, true)];
  if (count > MOST_MOMENTS || blob.length !== HEAD + ROW * count + PLACE * places + SUM) return false;
  return sumOf(blob).every((each, at) => each === blob[blob.length - SUM + at]);
}

/** Milliseconds that the whole video lasts. */
export function durationOf(blob: Uint8Array): number {
  return new DataView(blob.buffer, blob.byteOffset, blob.length).getUint32(8, true);
}

/** The same moments, each known as a whole only. */
export function withoutAnchored(blob: Uint8Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.length);
  const count = view.getUint32(12, true);
  const plain = new Uint8Array(HEAD + ROW * count + SUM);
  plain.set(blob.subarray(0, HEAD + ROW * count));
  headed(plain, view.getUint32(8, true), count, 0);
  for (let number = 0; number < count; number++) plain[HEAD + ROW * number + 9] = 0;
  return summed(plain);
}

/** As forms and JSON carry it. */
export function toBase64(bytes: Uint8Array): string {
  let letters = "";
  for (let at = 0; at < bytes.length; at += 0x8000) letters += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(letters);
}

function headed(blob: Uint8Array<ArrayBuffer>, duration: number, count: number, places: number): DataView {
  const view = new DataView(blob.buffer);
  blob.set(MAGIC);
  view.setUint32(8, duration, true);
  view.setUint32(12, count, true);
  view.setUint32(16, places, true);
  return view;
}

function sumOf(blob: Uint8Array): Uint8Array {
  return sha256(blob.subarray(0, blob.length - SUM)).subarray(0, SUM);
}

function summed(blob: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  blob.set(sumOf(blob), blob.length - SUM);
  return blob;
}
