/**
 * Planes of luma in 1/256 of a level, and exact area averages of them.
 *
 * In: rows of luma, one after the other. Out: `Plane`s. Next: `blobs`, `anchored`. All sums are integers below 2⁵³.
 */

import { WORK_SIDE } from "./anchor-tables.ts";

export interface Plane {
  readonly width: number;
  readonly height: number;
  /** Row-major, 0 to 65,280. */
  readonly data: Int32Array;
}

/** A side of `n` pixels of a picture whose longer side is `longest`, once that one is `side`. */
export function sideAt(n: number, longest: number, side: number): number {
  return Math.max(1, Math.floor((2 * n * side + longest) / (2 * longest)));
}

/** Weighted sums of rows, one a column. */
export interface Line {
  /** The present row, so many times. */
  add(weight: number): void;
  readonly sums: Float64Array | Uint32Array;
}

/** The mean of each cell of a grid laid over rows that arrive one by one, rounded half up. */
export class AreaAverage {
  readonly plane: Plane;
  readonly #columns: number;
  readonly #rows: number;
  #arrived = 0;
  #cell = 0;

  constructor(columns: number, rows: number, width: number, height: number) {
    this.plane = { width, height, data: new Int32Array(width * height) };
    this.#columns = columns;
    this.#rows = rows;
  }

  /** Take the next row, in 1/256 of a level, into this line. */
  row(line: Line): void {
    const { height } = this.plane;
    const rows = this.#rows;
    const top = this.#arrived * height;
    const bottom = top + height;
    this.#arrived += 1;
    while (this.#cell < height && this.#cell * rows < bottom) {
      const low = this.#cell * rows;
      line.add(Math.min(low + rows, bottom) - Math.max(low, top));
      if (low + rows > bottom) return;
      this.#flush(line.sums);
    }
  }

  #flush(line: Float64Array | Uint32Array): void {
    const { width, data } = this.plane;
    const columns = this.#columns;
    const twice = 2 * columns * this.#rows;
    for (let i = 0; i < width; i++) {
      const left = i * columns;
      const right = left + columns;
      let total = 0;
      for (let x = Math.floor(left / width); x * width < right; x++) {
        total += (Math.min(right, (x + 1) * width) - Math.max(left, x * width)) * line[x]!;
      }
      data[this.#cell * width + i] = Math.floor((2 * total + twice / 2) / twice);
    }
    line.fill(0);
    this.#cell += 1;
  }
}

/** A line of plain script; `levels` is its present row. */
export class PlainLine implements Line {
  readonly sums: Float64Array;
  levels: Int32Array;

  constructor(columns: number) {
    this.sums = new Float64Array(columns);
    this.levels = new Int32Array(columns);
  }

  add(weight: number): void {
    const { sums, levels } = this;
    for (let x = 0; x < sums.length; x++) sums[x]! += weight * levels[x]!;
  }
}

/** The working plane of a picture of this size, for its rows to be added. */
export function workingPlane(width: number, height: number): AreaAverage {
  const longest = Math.max(width, height);
  return new AreaAverage(width, height, sideAt(width, longest, WORK_SIDE), sideAt(height, longest, WORK_SIDE));
}

export function areaAverage(plane: Plane, width: number, height: number): Plane {
  const average = new AreaAverage(plane.width, plane.height, width, height);
  const line = new PlainLine(plane.width);
  for (let y = 0; y < plane.height; y++) {
    line.levels = plane.data.subarray(y * plane.width, (y + 1) * plane.width);
    average.row(line);
  }
  return average.plane;
}
