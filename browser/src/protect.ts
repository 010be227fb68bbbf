/**
 * One file to the hashes that protect it.
 *
 * In: a file. Out: `Outcome`. Next: the worker tells the page. A picture gets its family; one that this browser cannot read, or
 * too plain to be recognised, and everything that is no picture, gets the exact file's digests.
 */

import { LEAST_QUALITY } from "./anchor-tables.ts";
import { decode, MAX_PIXELS, trustedWays, type Decoded, type Way } from "./decode.ts";
import { exactHashes } from "./exact.ts";
import { FamilyBuilder, refused } from "./family.ts";
import { HEADER_BYTES, readHeader } from "./header.ts";
import { exact, pdq, type Item, type ItemHash } from "./item.ts";
import type { StopList } from "./stoplist.ts";

/** Why only the exact file is protected; the page has a sentence for each. */
export type Note = "unreadable" | "altered-pixels" | "too-large" | "too-small" | "too-plain";

export interface Outcome {
  readonly item: Item;
  readonly note: Note | null;
  /** For measurements and tests: how pixels were read, and milliseconds by step. */
  readonly way: Way | null;
  readonly took: Readonly<Record<string, number>>;
}

export class Cancelled extends Error {}

export interface Running {
  /** Throws `Cancelled` once the person has taken the file back. */
  going(): void;
  progress(share: number): void;
}

/** Pixels read at once: a strip of 4 MB. */
const STRIP = 1 << 20;

/** Rejects with `Cancelled`, or with what the browser says where the file itself cannot be read. */
export async function protect(
  file: Blob,
  stopList: StopList,
  running: Running,
  allowed: readonly Way[] | null = null,
): Promise<Outcome> {
  if (file.size === 0) throw new Error("empty");
  const head = readHeader(new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer()), file.type);
  if (head.media !== "picture") return exactly(file, head.media, null, running);
  const { size } = head;
  if (size !== null && size.width * size.height > MAX_PIXELS) return exactly(file, "picture", "too-large", running);
  const ways = allowed ?? (await trustedWays());
  const started = performance.now();
  let decoded: Decoded | null;
  try {
    decoded = await decode(file, head, ways);
  } catch {
    decoded = null;
  }
  if (decoded === null) {
    const note: Note = ways.length === 0 ? "altered-pixels" : "unreadable";
    return exactly(file, "picture", note, running);
  }
  const took: Record<string, number> = { decode: performance.now() - started };
  try {
    const hashes = await hashed(decoded, stopList, running, took);
    if (hashes === null) return await exactly(file, "picture", "too-small", running);
    if (hashes[0]!.quality! >= LEAST_QUALITY) {
      return { item: { media: "picture", hashes }, note: null, way: decoded.way, took };
    }
    const { item } = await exactly(file, "picture", "too-plain", running);
    return { item: { ...item, hashes: [...hashes, ...item.hashes] }, note: "too-plain", way: decoded.way, took };
  } finally {
    decoded.close();
  }
}

async function hashed(
  decoded: Decoded,
  stopList: StopList,
  running: Running,
  took: Record<string, number>,
): Promise<ItemHash[] | null> {
  const { width, height } = decoded;
  if (refused(width, height) !== null) return null;
  const builder = new FamilyBuilder(width, height);
  const strip = Math.max(1, Math.floor(STRIP / width));
  let reading = 0;
  const started = performance.now();
  for (let y = 0; y < height; y += strip) {
    running.going();
    const count = Math.min(strip, height - y);
    const before = performance.now();
    const rows = await decoded.rows(y, count);
    reading += performance.now() - before;
    builder.rgba(rows, count);
    running.progress((0.8 * (y + count)) / height);
  }
  const whole = builder.whole();
  const between = performance.now();
  const anchored = builder.anchored(stopList);
  took["read"] = reading;
  took["hash"] = between - started - reading;
  took["anchors"] = performance.now() - between;
  return [pdq("whole", whole), ...anchored.map((each) => pdq("anchored", each))];
}

async function exactly(file: Blob, media: Item["media"], note: Note | null, running: Running): Promise<Outcome> {
  const started = performance.now();
  const digests = await exactHashes(file, () => running.going(), (share) => running.progress(share));
  const took = { exact: performance.now() - started };
  return { item: { media, hashes: exact(digests) }, note, way: null, took };
}
