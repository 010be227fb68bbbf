/**
 * What a browser makes of each frame of a film, for a test that holds it to the engine's (`conformance/videos.json`): bundled by it,
 * and run in a page, where WebCodecs is.
 */

import { sha256 } from "@noble/hashes/sha2.js";

import { toHex } from "../src/hash.ts";
import { ORIENTATIONS } from "../src/pdq.ts";
import { fromBase64 } from "../src/stoplist.ts";
import { everyFrame } from "../src/video/decoding.ts";
import { openFilm } from "../src/video/film.ts";
import { readLuma } from "../src/video/luma.ts";
import { FrameRows, type Luma } from "../src/video/rows.ts";

const nothing = (): void => undefined;

function digest(values: ArrayBufferView<ArrayBuffer>): string {
  return toHex(sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))).slice(0, 16);
}

/** As the engine has it: bytes, or floats where there are more than eight bits or a curve was undone. */
function engineLuma({ width, height, bytes, stride, levels }: Luma): Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer> {
  if (levels === null) {
    const plain = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) plain.set(bytes.subarray(y * stride, y * stride + width), y * width);
    return plain;
  }
  return Float32Array.from({ length: width * height }, (_, place) => {
    const at = Math.floor(place / width) * stride + 2 * (place % width);
    return levels[bytes[at]! | (bytes[at + 1]! << 8)]!;
  });
}

async function frames(base64: string): Promise<object> {
  const film = await openFilm(new Blob([fromBase64(base64).slice()]), nothing);
  if (film === null) throw new Error("no film");
  const rows = new FrameRows(null);
  const found: object[] = [];
  let range: boolean | null = null;
  const extent = await everyFrame(
    film,
    async (frame, ms) => {
      const { luma, limited } = await readLuma(frame, (bytes) => new Uint8Array(bytes));
      range ??= limited;
      found.push({ ms, luma: digest(engineLuma(luma)), samples: digest(rows.samples(luma, false, false)) });
    },
    nothing,
  );
  const keyframes = film.packets.filter(({ key, ms }) => key && ms !== null).map(({ ms }) => ms).sort((a, b) => a! - b!);
  return { turn: ORIENTATIONS[film.turn], limited: range, duration: film.duration, times: film.times, keyframes, extent, frames: found };
}

Object.assign(globalThis, { framesOf: frames });
