/** What other programs may import; pages use `device` and `worker`. */

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
export { FamilyBuilder, familyOfLuma, familyOfRgba, type Family } from "./family.ts";
export { readStopList, StopList } from "./stoplist.ts";
