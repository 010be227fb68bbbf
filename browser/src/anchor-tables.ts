/**
 * The numbers of anchored hashes, as the engine's `repit_engine.anchors.tables` states them: docs/en/altered-copies.md.
 *
 * In: nothing. Out: integers. Next: `blobs`, `squares`, `anchored`. `conformance/anchors.json` holds both sides together.
 */

/** Of the family: hashes of different versions do not meet. */
export const FAMILY_VERSION = 1;
/** Longer side of the plane on which anchored hashes are taken. */
export const WORK_SIDE = 512;
/** Longer sides of the octaves. */
export const OCTAVE_SIDES = [256, 128, 64, 32] as const;
/** Halves of six symmetric blurs, centre first, in 1/16384. */
export const BLURS: readonly (readonly number[])[] = [
  [2626, 2423, 1902, 1271, 723, 350, 144, 51, 15],
  [3360, 2945, 1982, 1025, 407, 124, 29],
  [2666, 2454, 1912, 1262, 705, 334, 134, 45, 13],
  [2116, 2009, 1717, 1321, 916, 572, 321, 163, 74, 30, 11],
  [1678, 1627, 1473, 1249, 992, 737, 513, 334, 204, 116, 62, 31, 15],
  [1334, 1307, 1228, 1107, 957, 794, 632, 482, 353, 248, 167, 108, 67, 40, 23, 12],
];
/** Half-side at octave 0 in 1/64 of a working pixel, by sixteenths of a level. */
export const HALF_SIDES: readonly number[] = [
  1430, 1451, 1472, 1494, 1515, 1538, 1560, 1583, 1606, 1629, 1653, 1677, 1701, 1726, 1751, 1776, 1802, 1828, 1855,
  1882, 1909, 1937, 1965, 1994, 2023, 2052, 2082, 2113, 2143, 2174, 2206, 2238, 2271, 2304, 2337, 2371, 2406, 2441,
  2476, 2512, 2549, 2586, 2623, 2662, 2700, 2740, 2779, 2820, 2861, 2902, 2945, 2988, 3031, 3075, 3120, 3165, 3211,
  3258, 3305, 3353, 3402, 3452, 3502, 3553,
];
/** 2048 cos(π k / 128) for k = 0 … 64, rounded. */
const COSINES: readonly number[] = [
  2048, 2047, 2046, 2042, 2038, 2033, 2026, 2018, 2009, 1998, 1987, 1974, 1960, 1945, 1928, 1911, 1892, 1872, 1851,
  1829, 1806, 1782, 1757, 1730, 1703, 1674, 1645, 1615, 1583, 1551, 1517, 1483, 1448, 1412, 1375, 1338, 1299, 1260,
  1220, 1179, 1138, 1096, 1053, 1009, 965, 921, 876, 830, 784, 737, 690, 642, 595, 546, 498, 449, 400, 350, 301, 251,
  201, 151, 100, 50, 0,
];

export const MOST_ANCHORS = 8;
/** Extrema kept in order of detection. */
export const MOST_EXTREMA = 16_384;
/** Smallest |difference of Gaussians|, in 1/256 of a level. */
export const LEAST_STRENGTH = 128;
/** Largest ratio of the two curvatures. */
export const EDGE = 12;
/** How far a square may reach beyond the plane, in 1/64 of a working pixel. */
export const SLACK = 64;
export const LEAST_QUALITY = 50;
export const LEAST_BREADTH = 800;
export const MOST_STRUCTURE = 671;

/** Row i holds frequency i + 1 at 64 places, 16 × 64. */
export const WAVES: Float64Array = waves();

function waves(): Float64Array {
  const table = new Float64Array(16 * 64);
  for (let i = 0; i < 16; i++) {
    for (let j = 0; j < 64; j++) {
      let turn = ((i + 1) * (2 * j + 1)) % 256;
      if (turn > 128) turn = 256 - turn;
      table[i * 64 + j] = turn <= 64 ? COSINES[turn]! : -COSINES[128 - turn]!;
    }
  }
  return table;
}
