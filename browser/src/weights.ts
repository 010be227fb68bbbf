/**
 * PDQ's downsampling as 64 weighted sums a side.
 *
 * In: a side's length in original pixels, the shrink of its samples. Out: where each sample's pixels start and what each
 * weighs. Next: `pdq`. Specified in docs/en/pdq.md, section 3; the engine's `pdq_weights` is its twin.
 */

export interface Side {
  /** First block of each of the 64 samples. */
  readonly starts: Int32Array;
  /** Sample o has `weights[bounds[o]]` to `weights[bounds[o + 1] - 1]`. */
  readonly bounds: Int32Array;
  readonly weights: Float32Array;
}

/** Weights of a side of `length` ≥ 1 original pixels, seen through blocks of `shrink`; float64 sums, rounded once. */
export function sideWeights(length: number, shrink = 1, partialFirst = false): Side {
  const window = Math.floor((length + 127) / 128);
  const ahead = Math.floor((window + 2) / 2) - 1;
  const back = window - ahead - 1;
  const blocks = Math.ceil(length / shrink);
  const first = partialFirst ? length - (blocks - 1) * shrink : Math.min(shrink, length);
  const blockOf = (pixel: number): number => (pixel < first ? 0 : 1 + Math.floor((pixel - first) / shrink));
  const starts = new Int32Array(64);
  const bounds = new Int32Array(65);
  const weights: number[] = [];
  const fine = new Float64Array(2 * window + 1);
  for (let sample = 0; sample < 64; sample++) {
    const centre = Math.floor(((2 * sample + 1) * length) / 128);
    const outerLow = Math.max(0, centre - back);
    const outerHigh = Math.min(length - 1, centre + ahead);
    const low = Math.max(0, outerLow - back);
    const high = Math.min(length - 1, outerHigh + ahead);
    fine.fill(0);
    for (let middle = outerLow; middle <= outerHigh; middle++) {
      const innerLow = Math.max(0, middle - back);
      const innerHigh = Math.min(length - 1, middle + ahead);
      const share = 1 / (innerHigh - innerLow + 1);
      for (let pixel = innerLow; pixel <= innerHigh; pixel++) fine[pixel - low]! += share;
    }
    const outer = outerHigh - outerLow + 1;
    let block = blockOf(low);
    let total = 0;
    starts[sample] = block;
    for (let pixel = low; pixel <= high; pixel++) {
      if (blockOf(pixel) !== block) {
        weights.push(total);
        block += 1;
        total = 0;
      }
      total += fine[pixel - low]! / outer;
    }
    weights.push(total);
    bounds[sample + 1] = weights.length;
  }
  return { starts, bounds, weights: Float32Array.from(weights) };
}
