/**
 * What one file comes to, in the words of `POST /api/v1/cases`.
 *
 * In: hashes. Out: `Item`. Next: the page writes items into its form.
 */

import type { Exact } from "./exact.ts";
import { toHex, type Hashed } from "./hash.ts";
import { fromBase64 } from "./stoplist.ts";
import { toBase64, withoutAnchored } from "./video/blob.ts";

export interface ItemHash {
  readonly algorithm: "pdq" | "md5" | "sha256";
  readonly role: "whole" | "anchored";
  /** Lower-case hexadecimal. */
  readonly value: string;
  /** 0 to 100; only pdq has one. */
  readonly quality?: number;
}

export interface Item {
  readonly media: "picture" | "video" | "file";
  readonly hashes: readonly ItemHash[];
  /** Of a video: what it shows and when, in base64 (`video/blob`). */
  readonly moments?: string;
}

/** Of the work on a video, what its exact digests are: the rest is looking at it. */
export const OF_VIDEO = 0.1;

export function pdq(role: "whole" | "anchored", { hash, quality }: Hashed): ItemHash {
  return { algorithm: "pdq", role, value: toHex(hash), quality };
}

export function exact({ md5, sha256 }: Exact): ItemHash[] {
  return [
    { algorithm: "md5", role: "whole", value: md5 },
    { algorithm: "sha256", role: "whole", value: sha256 },
  ];
}

/** Bytes of an item's moments. */
export function momentsLength({ moments = "" }: Item): number {
  const padding = moments.length - moments.replace(/=+$/, "").length;
  return (moments.length / 4) * 3 - padding;
}

/** The same, known as a whole only, as a person chose who does not want altered copies found by their parts. */
export function wholeOnly(item: Item): Item {
  const hashes = item.hashes.filter(({ role }) => role === "whole");
  if (item.moments === undefined) return { ...item, hashes };
  return { ...item, hashes, moments: toBase64(withoutAnchored(fromBase64(item.moments))) };
}
