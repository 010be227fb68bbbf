/** What pages import. */

export { distance, toHex, type Hashed, type NotHashable } from "./hash.ts";
export {
  hashLuma,
  hashLumaOrientations,
  hashRgba,
  hashRgbaOrientations,
  hashSamples,
  MIN_SIDE,
  ORIENTATIONS,
  type Oriented,
  type Shrunk,
} from "./pdq.ts";
export type { Answer, Request } from "./worker.ts";
