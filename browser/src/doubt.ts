/**
 * Whether another viewer might show a file otherwise than this browser did: then its exact digests go along with its hashes, so
 * that the very file is always met, however a gate decodes it.
 *
 * In: the first bytes of a file and its header. Out: yes or no. Next: `protect`. Sure are only the forms that everything decodes
 * alike: opaque, at rest, in plain colours. The engine's own list of what differs is `repit_engine.picture.shown`.
 */

import { brandsOf, type Header } from "./header.ts";

/** Of a colour profile: what all readers take alike. */
const USUAL_CLASSES = ["mntr", "scnr", "spac"];
const NEWEST_PROFILE = 4;
/** gAMA, of 100,000: what sRGB is written as. */
const USUAL_GAMMA: readonly [number, number] = [45_000, 46_000];
const PLAIN_CHUNKS = ["sRGB", "pHYs", "tEXt", "zTXt", "iTXt", "tIME", "eXIf", "bKGD", "sBIT", "hIST", "PLTE"];

export function mayDiffer(bytes: Uint8Array, { format }: Header): boolean {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (format === "jpeg") return !isPlainJpeg(view);
    if (format === "png") return !isPlainPng(view);
    if (format === "webp") return text(view, 12, 4) !== "VP8 ";
    if (format === "bmp") return view.getUint32(14, true) !== 40 || view.getUint16(28, true) > 24 || view.getUint32(30, true) !== 0;
  } catch {
    // A RangeError: it goes on beyond what was read.
  }
  return true;
}

/** Whether a file may move, so that one picture of it is not all that it shows. */
export function mayMove(bytes: Uint8Array, { format }: Header): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (format === "gif") return true;
  if (format === "webp") return bytes.length > 20 && text(view, 12, 4) === "VP8X" && (view.getUint8(20) & 2) !== 0;
  if (format === "avif") return brandsOf(bytes).includes("avis");
  if (format !== "png") return false;
  for (let at = 8; at + 8 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const name = text(view, at + 4, 4);
    if (name === "acTL") return true;
    if (name === "IDAT") return false;
  }
  return true;
}

/** Whether it certainly does. */
export function isMoving(bytes: Uint8Array, header: Header): boolean {
  if (header.format !== "gif") return mayMove(bytes, header);
  // Each frame that has a time of its own begins so.
  let frames = 0;
  for (let at = 0; at + 8 < bytes.length && frames < 2; at++) {
    if (bytes[at] === 0x21 && bytes[at + 1] === 0xf9 && bytes[at + 2] === 4 && bytes[at + 7] === 0) frames += 1;
  }
  return frames > 1;
}

function isPlainJpeg(view: DataView): boolean {
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return false;
    const marker = view.getUint8(at + 1);
    const length = view.getUint16(at + 2);
    if (marker === 0xda) return true;
    if (marker === 0xe2 && text(view, at + 4, 12) === "ICC_PROFILE\0") {
      if (view.getUint8(at + 16) !== 1 || view.getUint8(at + 17) !== 1) return false;
      if (!isUsual(view, at + 18, length - 16)) return false;
    }
    if (marker === 0xee && text(view, at + 4, 5) === "Adobe" && view.getUint8(at + 15) !== 1) return false;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const parts = view.getUint8(at + 9);
      if (![0xc0, 0xc1, 0xc2].includes(marker) || view.getUint8(at + 4) !== 8 || (parts !== 1 && parts !== 3)) return false;
      for (let part = 1; part < parts; part++) if (view.getUint8(at + 11 + 3 * part) !== 0x11) return false;
      if (parts === 3 && ![0x11, 0x21, 0x12, 0x22].includes(view.getUint8(at + 11))) return false;
    }
    at += 2 + length;
  }
}

function isPlainPng(view: DataView): boolean {
  const kind = view.getUint8(25);
  if (kind !== 0 && kind !== 2 && kind !== 3) return false;
  for (let at = 33; ; at += 12 + view.getUint32(at)) {
    const name = text(view, at + 4, 4);
    if (name === "IDAT") return true;
    if (name === "gAMA") {
      const value = view.getUint32(at + 8);
      if (value < USUAL_GAMMA[0] || value > USUAL_GAMMA[1]) return false;
    } else if (!PLAIN_CHUNKS.includes(name)) return false;
  }
}

/** Whether every reader finds the same in a colour profile: one matrix and its curves, and a header that is true. */
function isUsual(view: DataView, at: number, size: number): boolean {
  if (view.getUint32(at) !== size || view.getUint8(at + 8) > NEWEST_PROFILE) return false;
  if (!USUAL_CLASSES.includes(text(view, at + 12, 4))) return false;
  const tags = view.getUint32(at + 128);
  for (let tag = 0; tag < Math.min(tags, 100); tag++) {
    const name = text(view, at + 132 + 12 * tag, 4);
    if (name.startsWith("A2B") || name.startsWith("D2B") || name === "cicp") return false;
  }
  return tags <= 100;
}

function text(view: DataView, at: number, size: number): string {
  let found = "";
  for (let place = at; place < at + size; place++) found += String.fromCharCode(view.getUint8(place));
  return found;
}
