/**
 * The text that the page for use without internet gives, to be carried to a case by hand.
 *
 * In: items, or a text that someone pasted. Out: the text, or items. Next: `device`. What comes in is checked, for anyone may
 * have written it; the server checks it again.
 */

import type { Item, ItemHash } from "./item.ts";
import { fromBase64 } from "./stoplist.ts";
import { isBlob } from "./video/blob.ts";

const FORM = "hashes 1";
const MEDIA = ["picture", "video", "file"];
const LENGTHS: Readonly<Record<string, number>> = { pdq: 64, md5: 32, sha256: 64 };

export function carriedText(items: readonly Item[]): string {
  return `${JSON.stringify({ repit: FORM, items }, null, 1)}\n`;
}

/** Null where the text is none of ours. The list alone will do, as the interface for programs takes it. */
export function readCarried(text: string): Item[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  const list = isRecord(parsed) && parsed["repit"] === FORM ? parsed["items"] : parsed;
  if (!Array.isArray(list) || list.length === 0) return null;
  const items = list.map(itemOf);
  return items.some((item) => item === null) ? null : (items as Item[]);
}

/** Whether a text that begins so is meant to be one of ours: one that cannot be read is then no file to be hashed. */
export function beginsCarried(beginning: string): boolean {
  return /^\s*\{\s*"repit"/.test(beginning);
}

function itemOf(entry: unknown): Item | null {
  if (!isRecord(entry) || !MEDIA.includes(String(entry["media"])) || !Array.isArray(entry["hashes"])) return null;
  const hashes = entry["hashes"].map(hashOf);
  if (hashes.length === 0 || hashes.some((hash) => hash === null)) return null;
  const plain = { media: entry["media"] as Item["media"], hashes: hashes as ItemHash[] };
  const { moments } = entry;
  if (moments === undefined) return plain;
  return plain.media === "video" && areMoments(moments) ? { ...plain, moments } : null;
}

function hashOf(entry: unknown): ItemHash | null {
  if (!isRecord(entry)) return null;
  const { algorithm, role, value, quality } = entry;
  if (typeof algorithm !== "string" || typeof value !== "string") return null;
  if (!/^[0-9a-f]+$/.test(value) || value.length !== LENGTHS[algorithm]) return null;
  if (role !== "whole" && (role !== "anchored" || algorithm !== "pdq")) return null;
  const plain = { algorithm: algorithm as ItemHash["algorithm"], role, value } as const;
  if (algorithm !== "pdq") return quality === undefined ? plain : null;
  return Number.isInteger(quality) && (quality as number) >= 0 && (quality as number) <= 100
    ? { ...plain, quality: quality as number }
    : null;
}

function areMoments(value: unknown): value is string {
  if (typeof value !== "string") return false;
  try {
    return isBlob(fromBase64(value));
  } catch {
    return false;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
