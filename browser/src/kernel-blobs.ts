/**
 * One octave's blurs, differences and peaks, with kernels: the integers of `blobs`, several times sooner.
 *
 * In: the plane of an octave. Out: `Octave`; it holds until the next one is asked for. Next: `blobs`.
 */

import { BLURS, LEAST_STRENGTH } from "./anchor-tables.ts";
import type { Octave } from "./blobs.ts";
import type { Kernels } from "./kernels.ts";
import type { Plane } from "./plane.ts";

export function kernelOctave({ width, height, data }: Plane, kernels: Kernels): Octave {
  const count = width * height;
  const planes = Array.from(BLURS, () => kernels.take(4 * count));
  const differences = planes.slice(1).map(() => kernels.take(4 * count));
  const down = kernels.take(4 * count);
  const padded = kernels.take(4 * (width + 2 * Math.max(...BLURS.map((half) => half.length))));
  const weights = BLURS.map((half) => kernels.take(4 * half.length));
  // From here on nothing is laid out, so that what is seen of the memory stays.
  const { run } = kernels;
  kernels.integers(down, count).set(data);
  BLURS.forEach((half, number) => {
    kernels.integers(weights[number]!, half.length).set(half);
    const from = number === 0 ? down : planes[number - 1]!;
    const through = number === 0 ? differences[0]! : down;
    run.blur(from, through, planes[number]!, padded, width, height, weights[number]!, half.length - 1);
    if (number > 0) run.subtract(planes[number]!, planes[number - 1]!, differences[number - 1]!, count);
  });
  const found = planes[0]!;
  const levels = differences.map((at) => kernels.integers(at, count));
  const peaks = (k: number): Int32Array => {
    const [below, here, above] = [differences[k - 1]!, differences[k]!, differences[k + 1]!];
    const many = run.peaks(below, here, above, width, height, LEAST_STRENGTH, found);
    return kernels.integers(found, many);
  };
  return { levels, peaks };
}
