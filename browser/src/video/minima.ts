/**
 * Which frames are the stillest about them (docs/en/moments.md).
 *
 * In: frames with their rates of motion, in the order of time. Out: those about which nothing is stiller, each once that is known.
 * Next: `watcher`. The engine's twin: `repit_engine.moments.motion.Minima`.
 */

/** Milliseconds about a still moment in which nothing is stiller. */
export const APART = 150;

export interface Rated<Held> {
  readonly ms: number;
  /** The lower, the stiller. */
  readonly rate: number;
  readonly held: Held;
}

/** The rate is less than any within `APART` before, and no more than any within `APART` after. */
export class Minima<Held> {
  #past: { readonly ms: number; readonly rate: number }[] = [];
  #candidate: Rated<Held> | null = null;

  /** The frame that is now known to be one, if there is one. */
  next(frame: Rated<Held>): Rated<Held> | null {
    const found = this.#candidate !== null && this.#candidate.ms + APART < frame.ms ? this.end() : null;
    this.#past = this.#past.filter(({ ms }) => ms >= frame.ms - APART);
    if (this.#past.every(({ rate }) => frame.rate < rate)) this.#candidate = frame;
    this.#past.push({ ms: frame.ms, rate: frame.rate });
    return found;
  }

  /** Whether it may still be one. */
  holds(held: Held): boolean {
    return this.#candidate?.held === held;
  }

  /** The last one, nothing stiller having come. */
  end(): Rated<Held> | null {
    const found = this.#candidate;
    this.#candidate = null;
    return found;
  }
}
