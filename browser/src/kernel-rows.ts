/**
 * What a picture's rows come to, with kernels: the bits of `rows`, several times sooner.
 *
 * In: rows of luma or RGBA, top to bottom. Out: samples, `Plane`. Next: `family`. The pixels are read where `room` had them put.
 */

import type { Kernels } from "./kernels.ts";
import { workingPlane, type AreaAverage, type Line, type Plane } from "./plane.ts";
import type { Rows } from "./rows.ts";
import { StripWeights } from "./samples.ts";
import { sideWeights } from "./weights.ts";

/** Up to here a column's sum of levels stays below 2³², and everything that is laid out below 32 MB. */
const LONGEST = 65_535;

export class KernelRows implements Rows {
  readonly #kernels: Kernels;
  readonly #width: number;
  /** Of a row, to whole lanes. */
  readonly #stride: number;
  readonly #sums: number;
  readonly #luma: number;
  readonly #levels: number;
  readonly #line: Line;
  readonly #weights: StripWeights;
  readonly #work: AreaAverage;
  #pixels = 0;
  #room = 0;

  constructor(kernels: Kernels, width: number, height: number) {
    const stride = (width + 3) & ~3;
    kernels.begin();
    this.#kernels = kernels;
    this.#width = width;
    this.#stride = stride;
    this.#sums = kernels.take(4 * 64 * stride);
    this.#luma = kernels.take(4 * stride);
    this.#levels = kernels.take(4 * stride);
    const line = kernels.take(4 * stride);
    kernels.floats(this.#sums, 64 * stride).fill(0);
    kernels.counts(line, stride).fill(0);
    this.#line = {
      add: (weight) => kernels.run.addWeighted(line, this.#levels, width, weight),
      get sums() {
        return kernels.counts(line, width);
      },
    };
    this.#weights = new StripWeights(sideWeights(height));
    this.#work = workingPlane(width, height);
  }

  static fit(width: number, height: number): boolean {
    return Math.max(width, height) <= LONGEST;
  }

  get plane(): Plane {
    return this.#work.plane;
  }

  room(bytes: number): Uint8Array<ArrayBuffer> {
    if (bytes > this.#room) {
      this.#pixels = this.#kernels.take(bytes);
      this.#room = bytes;
    }
    return this.#kernels.bytes(this.#pixels, bytes);
  }

  rgba(data: Uint8Array | Uint8ClampedArray, rows: number): void {
    const { run } = this.#kernels;
    let at = data.byteOffset;
    if (data.buffer !== run.memory.buffer) {
      this.room(data.length).set(data);
      at = this.#pixels;
    }
    for (let y = 0; y < rows; y++, at += 4 * this.#width) {
      run.lumas(at, this.#width, this.#luma, this.#levels);
      this.#take();
    }
  }

  luma(data: Uint8Array | Float32Array, rows: number): void {
    const width = this.#width;
    for (let y = 0; y < rows; y++) {
      const row = this.#kernels.floats(this.#luma, width);
      row.set(data.subarray(y * width, (y + 1) * width));
      const levels = this.#kernels.integers(this.#levels, width);
      for (let x = 0; x < width; x++) levels[x] = Math.min(Math.max(Math.fround(row[x]! * 256 + 0.5) | 0, 0), 65_280);
      this.#take();
    }
  }

  samples(): Float32Array {
    const kernels = this.#kernels;
    const { starts, bounds, weights } = sideWeights(this.#width);
    const at = kernels.take(4 * weights.length);
    const samples = kernels.take(4 * 64 * 64);
    kernels.floats(at, weights.length).set(weights);
    for (let sample = 0; sample < 64; sample++) {
      const from = bounds[sample]!;
      const count = bounds[sample + 1]! - from;
      kernels.run.column(this.#sums, this.#stride, starts[sample]!, at + 4 * from, count, samples + 4 * sample);
    }
    return kernels.floats(samples, 64 * 64).slice();
  }

  #take(): void {
    const { run } = this.#kernels;
    this.#weights.row((sample, weight) => {
      run.addScaled(this.#sums + 4 * sample * this.#stride, this.#luma, this.#width, weight);
    });
    this.#work.row(this.#line);
  }
}
