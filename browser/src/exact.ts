/**
 * A file's own MD5 and SHA-256, read piece by piece: a film of many gigabytes takes a few megabytes of memory.
 *
 * In: a file. Out: `Exact`. Next: `protect`. hash-wasm where WebAssembly is allowed, @noble/hashes where it is not (Lockdown
 * Mode, Tor Browser's safer levels); both give the same digests.
 */

import { md5 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { createMD5, createSHA256 } from "hash-wasm";

import { toHex } from "./hash.ts";

export interface Exact {
  readonly md5: string;
  readonly sha256: string;
}

const PIECE = 4 << 20;

interface Running {
  update(piece: Uint8Array): void;
  done(): string;
}

/** `going` is asked before each piece and stops the reading by throwing; `progress` hears the share done, 0 to 1. */
export async function exactHashes(
  file: Blob,
  going: () => void,
  progress: (share: number) => void,
  wasm = true,
): Promise<Exact> {
  const [first, second] = (wasm ? await compiled() : null) ?? plain();
  for (let at = 0; at < file.size; at += PIECE) {
    going();
    const piece = new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer());
    first.update(piece);
    second.update(piece);
    progress(Math.min(1, (at + PIECE) / file.size));
  }
  return { md5: first.done(), sha256: second.done() };
}

async function compiled(): Promise<[Running, Running] | null> {
  try {
    const hashers = [await createMD5(), await createSHA256()] as const;
    const running = hashers.map((hasher) => {
      hasher.init();
      return { update: (piece: Uint8Array) => void hasher.update(piece), done: () => hasher.digest("hex") };
    });
    return [running[0]!, running[1]!];
  } catch {
    return null;
  }
}

function plain(): [Running, Running] {
  const running = [md5.create(), sha256.create()].map((hasher) => ({
    update: (piece: Uint8Array) => void hasher.update(piece),
    done: () => toHex(hasher.digest()),
  }));
  return [running[0]!, running[1]!];
}
