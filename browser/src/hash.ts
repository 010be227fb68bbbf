/**
 * What hashing a picture comes to: a hash and its quality, or the reason why there is none.
 *
 * In: raw bytes. Out: `Hashed` or `NotHashable`. Next: the worker, the page.
 */

export interface Hashed {
  readonly kind: "hashed";
  /** 32 bytes, the most significant bits first. */
  readonly hash: Uint8Array;
  /** 0 to 100; below 50 it is not worth exchanging. */
  readonly quality: number;
}

export interface NotHashable {
  readonly kind: "not-hashable";
  /** `too-small`, `too-many-pixels`, `wrong-length`: the page has a sentence for each. */
  readonly reason: "too-small" | "too-many-pixels" | "wrong-length";
}

/** 64 lower-case hexadecimal digits, as PDQ systems exchange them. */
export function toHex(hash: Uint8Array): string {
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What `toHex` wrote. */
export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Hamming distance of two hashes, 0 to 256. */
export function distance(a: Uint8Array, b: Uint8Array): number {
  let apart = 0;
  for (let i = 0; i < 32; i++) {
    let word = a[i]! ^ b[i]!;
    for (; word !== 0; word &= word - 1) apart += 1;
  }
  return apart;
}
