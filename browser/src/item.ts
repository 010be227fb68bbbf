/**
 * What one file comes to, in the words of `POST /api/v1/cases`.
 *
 * In: hashes. Out: `Item`. Next: the page writes items into its form. A video's frame hashes will be further entries of the
 * same list.
 */

import type { Exact } from "./exact.ts";
import { toHex, type Hashed } from "./hash.ts";

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
}

export function pdq(role: "whole" | "anchored", { hash, quality }: Hashed): ItemHash {
  return { algorithm: "pdq", role, value: toHex(hash), quality };
}

export function exact({ md5, sha256 }: Exact): ItemHash[] {
  return [
    { algorithm: "md5", role: "whole", value: md5 },
    { algorithm: "sha256", role: "whole", value: sha256 },
  ];
}
