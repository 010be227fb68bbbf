/**
 * Hashes that mean nothing, such as stickers, interfaces and blank sheets: an anchor near one is passed over.
 *
 * In: the bytes of the engine's `stoplist.bin`. Out: `StopList`. Next: `family`.
 */

const FORMAT = "repit stop-list 1";

export class StopList {
  /** 32 bytes each. */
  readonly hashes: Uint8Array;
  readonly radius: number;
  readonly version: string;
  readonly #words: Uint32Array;

  constructor(hashes: Uint8Array, radius: number, version: string) {
    this.hashes = hashes;
    this.radius = radius;
    this.version = version;
    this.#words = new Uint32Array(new Uint8Array(hashes).buffer);
  }

  /** Whether a hash of 32 bytes lies within the radius, inclusive. */
  near(hash: Uint8Array): boolean {
    const asked = new Uint32Array(new Uint8Array(hash).buffer);
    const words = this.#words;
    for (let at = 0; at < words.length; at += 8) {
      let apart = 0;
      for (let k = 0; k < 8 && apart <= this.radius; k++) apart += ones(words[at + k]! ^ asked[k]!);
      if (apart <= this.radius) return true;
    }
    return false;
  }
}

/** One line of JSON, then 32 bytes a hash. Throws where that is not so: a list that fails to load must not pass for an empty one. */
export function readStopList(data: Uint8Array): StopList {
  const end = data.indexOf(10);
  const head = JSON.parse(new TextDecoder().decode(data.subarray(0, end))) as Record<string, unknown>;
  const { format, version, radius, hashes } = head;
  const body = new Uint8Array(data.subarray(end + 1));
  if (format !== FORMAT || typeof version !== "string" || typeof radius !== "number" || body.length !== 32 * Number(hashes)) {
    throw new Error("stop-list");
  }
  return new StopList(body, radius, version);
}

export function fromBase64(text: string): Uint8Array {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes;
}

function ones(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
