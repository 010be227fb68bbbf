/**
 * The kernels at work: WebAssembly with 128-bit lanes, which does to many pixels at once what plain script does one by one.
 *
 * In: the bytes of the module (`kernels/`). Out: `Kernels`. Next: `kernel-rows`, `kernel-blobs`. Lockdown Mode, Tor Browser's
 * safer levels and the page for use without internet have no WebAssembly: there everything is done by script, to the same bits.
 */

export interface Run {
  readonly memory: WebAssembly.Memory;
  base(): number;
  lumas(pixels: number, width: number, luma: number, levels: number): void;
  bytes(from: number, width: number, luma: number, levels: number): void;
  words(from: number, width: number, table: number, last: number, luma: number, levels: number): void;
  addScaled(sums: number, row: number, width: number, scale: number): void;
  addWeighted(line: number, levels: number, width: number, weight: number): void;
  column(strips: number, stride: number, first: number, weights: number, count: number, samples: number): void;
  blur(
    from: number,
    down: number,
    to: number,
    padded: number,
    width: number,
    height: number,
    weights: number,
    reach: number,
  ): void;
  subtract(wide: number, fine: number, to: number, count: number): void;
  peaks(
    below: number,
    here: number,
    above: number,
    width: number,
    height: number,
    least: number,
    found: number,
  ): number;
}

const PAGE = 65_536;

export class Kernels {
  readonly run: Run;
  #next = 0;

  private constructor(run: Run) {
    this.run = run;
    this.begin();
  }

  /** Null where this browser has no WebAssembly, does not allow it here, or has no 128-bit lanes. */
  static open(bytes: Uint8Array<ArrayBuffer>): Kernels | null {
    try {
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
      return new Kernels(exports as unknown as Run);
    } catch {
      return null;
    }
  }

  /** For the next picture: everything that was laid out is free again. */
  begin(): void {
    this.#next = this.run.base();
  }

  /** Room for so many bytes and 16 more. What was seen of the memory before may be gone. */
  take(bytes: number): number {
    const at = this.#next;
    this.#next = (at + bytes + 31) & ~15;
    const { memory } = this.run;
    const missing = this.#next - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    return at;
  }

  bytes(at: number, count: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, at, count);
  }

  integers(at: number, count: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#buffer, at, count);
  }

  counts(at: number, count: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.#buffer, at, count);
  }

  floats(at: number, count: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#buffer, at, count);
  }

  get #buffer(): ArrayBuffer {
    return this.run.memory.buffer as ArrayBuffer;
  }
}
