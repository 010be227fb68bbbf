/**
 * One file to the hashes that protect it.
 *
 * In: a file. Out: `Outcome`. Next: the worker tells the page. A picture gets its family; one that this browser cannot read, or
 * too plain to be recognised, or that others might show otherwise (`doubt`), and everything that is no picture, gets the exact
 * file's digests. Of one that moves, the frame that stands longest counts, and others that are seen for a while.
 */

import { LEAST_QUALITY } from "./anchor-tables.ts";
import { decode, MAX_PIXELS, trustedWays, type Decoded, type Way } from "./decode.ts";
import { isMoving, mayDiffer, mayMove } from "./doubt.ts";
import { exactHashes } from "./exact.ts";
import { FamilyBuilder, refused } from "./family.ts";
import { HEADER_BYTES, readHeader } from "./header.ts";
import { distance, fromHex } from "./hash.ts";
import { exact, OF_VIDEO, pdq, type Item, type ItemHash } from "./item.ts";
import { openMoving, type Moving } from "./moving.ts";
import type { Tools } from "./tools.ts";

/** Why only the exact file is protected, or not all that moves; the page has a sentence for each. */
export type Note = "unreadable" | "altered-pixels" | "too-large" | "too-small" | "too-plain" | "first-frame";

export interface Outcome {
  readonly item: Item;
  readonly note: Note | null;
  /** For measurements and tests: how pixels were read, and milliseconds by step. */
  readonly way: Way | null;
  readonly took: Readonly<Record<string, number>>;
}

export interface Running {
  /** Throws `Cancelled` once the person has taken the file back. */
  going(): void;
  progress(share: number): void;
}

/** Frames of an animation that are recognised beside the one that stands longest. */
const MOST_OTHERS = 3;
/** Bits of 256 within which two frames are one picture. */
const SAME = 31;
/** Pixels read at once: a strip of 4 MB. */
const STRIP = 1 << 20;

/** Rejects with `Cancelled`, or with what the browser says where the file itself cannot be read. */
export async function protect(
  file: Blob,
  tools: Tools,
  running: Running,
  allowed: readonly Way[] | null = null,
): Promise<Outcome> {
  if (file.size === 0) throw new Error("empty");
  const bytes = new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer());
  const head = readHeader(bytes, file.type);
  if (head.media !== "picture") return exactly(file, head.media, null, running);
  const { size } = head;
  if (size !== null && size.width * size.height > MAX_PIXELS) return exactly(file, "picture", "too-large", running);
  const ways = allowed ?? (await trustedWays());
  const moves = mayMove(bytes, head);
  const started = performance.now();
  let moving: Moving | null = null;
  let decoded: Decoded | null = null;
  try {
    moving = moves ? await openMoving(file, head, ways) : null;
    decoded = await moving?.frame(moving.longest) ?? null;
  } catch {
    // Frame by frame this browser cannot read it.
  }
  try {
    decoded ??= await decode(file, head, ways);
  } catch {
    decoded = null;
  }
  if (decoded === null) {
    moving?.close();
    const note: Note = ways.length === 0 ? "altered-pixels" : "unreadable";
    return exactly(file, "picture", note, running);
  }
  const took: Record<string, number> = { decode: performance.now() - started };
  try {
    const hashes = await hashed(decoded, tools, running, took);
    if (hashes === null) return await exactly(file, "picture", "too-small", running);
    const plain = hashes[0]!.quality! < LEAST_QUALITY;
    const found = [...hashes, ...(moving === null ? [] : await otherFrames(moving, hashes[0]!, tools, running))];
    const note = plain ? "too-plain" : moves && moving === null && isMoving(bytes, head) ? "first-frame" : null;
    const sure = moving === null && decoded.way !== "script" && !decoded.mended && !mayDiffer(bytes, head);
    if (!plain && sure) {
      return { item: { media: "picture", hashes: found }, note, way: decoded.way, took };
    }
    const { item } = await exactly(file, "picture", note, running);
    return { item: { ...item, hashes: [...found, ...item.hashes] }, note, way: decoded.way, took };
  } finally {
    decoded.close();
    moving?.close();
  }
}

/** The hashes of frames that show something else, a few of them. */
async function otherFrames(moving: Moving, first: ItemHash, tools: Tools, running: Running): Promise<ItemHash[]> {
  const found = [first];
  for (const number of moving.others) {
    if (found.length > MOST_OTHERS) break;
    running.going();
    const decoded = await moving.frame(number);
    try {
      if (refused(decoded.width, decoded.height) !== null) continue;
      const builder = new FamilyBuilder(decoded.width, decoded.height, tools.kernels);
      await fill(builder, decoded, running, () => undefined);
      const { hash, quality } = builder.whole();
      const near = found.some(({ value }) => distance(fromHex(value), hash) <= SAME);
      if (quality >= LEAST_QUALITY && !near) found.push(pdq("whole", { kind: "hashed", hash, quality }));
    } finally {
      decoded.close();
    }
  }
  return found.slice(1);
}

async function hashed(
  decoded: Decoded,
  tools: Tools,
  running: Running,
  took: Record<string, number>,
): Promise<ItemHash[] | null> {
  const { width, height } = decoded;
  if (refused(width, height) !== null) return null;
  const builder = new FamilyBuilder(width, height, tools.kernels);
  const started = performance.now();
  const reading = await fill(builder, decoded, running, (share) => running.progress(0.8 * share));
  const whole = builder.whole();
  const waiting = performance.now();
  const stopList = await tools.stopList;
  const between = performance.now();
  const anchored = builder.anchored(stopList);
  took["read"] = reading;
  took["hash"] = waiting - started - reading;
  took["anchors"] = performance.now() - between;
  return [pdq("whole", whole), ...anchored.map((each) => pdq("anchored", each))];
}

/** Every row; the milliseconds that reading them took. */
async function fill(
  builder: FamilyBuilder,
  decoded: Decoded,
  running: Running,
  progress: (share: number) => void,
): Promise<number> {
  const { width, height } = decoded;
  const strip = Math.max(1, Math.floor(STRIP / width));
  let reading = 0;
  for (let y = 0; y < height; y += strip) {
    running.going();
    const count = Math.min(strip, height - y);
    const before = performance.now();
    const rows = await decoded.rows(y, count, (bytes) => builder.room(bytes));
    reading += performance.now() - before;
    builder.rgba(rows, count);
    progress((y + count) / height);
  }
  return reading;
}

async function exactly(file: Blob, media: Item["media"], note: Note | null, running: Running): Promise<Outcome> {
  const started = performance.now();
  // Of a video this is the smaller part of what is to be done (`video-worker`).
  const part = media === "video" ? OF_VIDEO : 1;
  const digests = await exactHashes(file, () => running.going(), (share) => running.progress(part * share));
  const took = { exact: performance.now() - started };
  return { item: { media, hashes: exact(digests) }, note, way: null, took };
}
