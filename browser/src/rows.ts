/**
 * What a picture's rows come to as they arrive, each read once: PDQ's samples, and the plane of the anchors.
 *
 * In: rows of luma or RGBA, top to bottom. Out: samples, `Plane`. Next: `family`. By plain script here; `kernel-rows` does the same
 * with kernels.
 */

import { PlainLine, workingPlane, type AreaAverage, type Plane } from "./plane.ts";
import { addScaled, columns, lumaRows, rgbaRows, StripWeights, type RowReader } from "./samples.ts";
import { reused } from "./turn.ts";
import { sideWeights } from "./weights.ts";

export interface Rows {
  /** Where so many bytes of pixels may be put, to be read there; the same room again and again. */
  room(bytes: number): Uint8Array<ArrayBuffer>;
  /** The next rows, as straight RGBA. */
  rgba(data: Uint8Array | Uint8ClampedArray, rows: number): void;
  /** The next rows, as luma from 0 to 255. */
  luma(data: Uint8Array | Float32Array, rows: number): void;
  /** 64 × 64, once every row has come. */
  samples(): Float32Array;
  /** The working plane, once every row has come. */
  readonly plane: Plane;
}

export class PlainRows implements Rows {
  readonly #width: number;
  readonly #row: Float32Array;
  readonly #line: PlainLine;
  readonly #sums: Float32Array;
  readonly #weights: StripWeights;
  readonly #work: AreaAverage;
  readonly room = reused();

  constructor(width: number, height: number) {
    this.#width = width;
    this.#row = new Float32Array(width);
    this.#line = new PlainLine(width);
    this.#sums = new Float32Array(64 * width);
    this.#weights = new StripWeights(sideWeights(height));
    this.#work = workingPlane(width, height);
  }

  get plane(): Plane {
    return this.#work.plane;
  }


  rgba(data: Uint8Array | Uint8ClampedArray, rows: number): void {
    this.#take(rgbaRows(data, this.#width), rows);
  }

  luma(data: Uint8Array | Float32Array, rows: number): void {
    this.#take(lumaRows(data, this.#width), rows);
  }

  samples(): Float32Array {
    return columns(this.#sums, this.#width, sideWeights(this.#width), false);
  }

  #take(read: RowReader, rows: number): void {
    const row = this.#row;
    const width = this.#width;
    const { levels } = this.#line;
    for (let y = 0; y < rows; y++) {
      read(y, row);
      this.#weights.row((sample, weight) => {
        addScaled(this.#sums.subarray(sample * width, (sample + 1) * width), row, weight);
      });
      for (let x = 0; x < width; x++) {
        const level = Math.fround(row[x]! * 256 + 0.5) | 0;
        levels[x] = level < 0 ? 0 : level > 65_280 ? 65_280 : level;
      }
      this.#work.row(this.#line);
    }
  }
}
