/**
 * Files in the order in which they came, worked on one at a time; each can be taken back at any moment.
 *
 * In: files under their numbers. Out: calls back with what each came to, unless it was taken back. Next: the workers.
 */

import { Cancelled } from "./cancelled.ts";

/** What a worker does. */
export interface Trade<Outcome> {
  /** `going` throws `Cancelled` once the file was taken back. */
  work(id: number, file: Blob, going: () => void): Promise<Outcome>;
  done(id: number, outcome: Outcome): void;
  failed(id: number): void;
}

export class Queue<Outcome> {
  readonly #trade: Trade<Outcome>;
  /** Each until it is done. */
  readonly #waiting = new Map<number, Blob>();
  #current: number | null = null;
  #busy = false;

  constructor(trade: Trade<Outcome>) {
    this.#trade = trade;
  }

  add(id: number, file: Blob): void {
    this.#waiting.set(id, file);
    if (!this.#busy) void this.#run();
  }

  /** Whether it was the one at work. */
  cancel(id: number): boolean {
    this.#waiting.delete(id);
    if (this.#current !== id) return false;
    this.#current = null;
    return true;
  }

  /** Whether that is the one at work. */
  isAt(id: number): boolean {
    return this.#current === id;
  }

  /** Before the first file: `going` throws once one came. */
  async meanwhile(task: (going: () => void) => Promise<unknown>): Promise<void> {
    this.#busy = true;
    const going = (): void => {
      if (this.#waiting.size > 0) throw new Cancelled();
    };
    try {
      await task(going);
    } catch {
      // A file came, or this browser can do less: the file itself will tell.
    }
    await this.#run();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting.entries().next(); !next.done; next = this.#waiting.entries().next()) {
      const [id, file] = next.value;
      this.#current = id;
      const going = (): void => {
        if (!this.isAt(id)) throw new Cancelled();
      };
      try {
        const outcome = await this.#trade.work(id, file, going);
        if (this.isAt(id)) this.#trade.done(id, outcome);
      } catch (error) {
        if (!(error instanceof Cancelled)) this.#trade.failed(id);
      }
      this.#waiting.delete(id);
    }
    this.#current = null;
    this.#busy = false;
  }
}
