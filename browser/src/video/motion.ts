/**
 * How much a picture moves about each frame, by integers alone, so that engine and browser choose the same (docs/en/moments.md).
 *
 * In: thumbnails in the order of time, each with what is held for it. Out: a rate for each, once those up to `REACH` after it have
 * come. Next: `watcher`. The engine's twin: `repit_engine.moments.motion`.
 */

import { apart, between, type Thumb } from "./thumb.ts";

/** Milliseconds before and after a frame between which its motion is told. */
const REACH = 110;
/** What one unit of change in a millisecond becomes. */
const RATE = 1024;

interface Seen {
  readonly ms: number;
  readonly thumb: Thumb;
}

export class Rates<Held> {
  readonly #rated: (ms: number, rate: number, held: Held) => void;
  readonly #seen: Seen[] = [];
  readonly #waiting: { readonly ms: number; readonly held: Held }[] = [];

  /** The lower the rate, the stiller. */
  constructor(rated: (ms: number, rate: number, held: Held) => void) {
    this.#rated = rated;
  }

  /** Whether its rate is still to come. */
  holds(held: Held): boolean {
    return this.#waiting.some((each) => each.held === held);
  }

  /** Times ascend. */
  next(ms: number, thumb: Thumb, held: Held): void {
    this.#seen.push({ ms, thumb });
    this.#waiting.push({ ms, held });
    while (this.#waiting[0]!.ms + REACH <= ms) {
      this.#first();
      this.#forget((this.#waiting[0]?.ms ?? ms) - REACH);
    }
  }

  end(): void {
    while (this.#waiting.length > 0) this.#first();
  }

  #first(): void {
    const { ms, held } = this.#waiting.shift()!;
    const begin = Math.max(ms - REACH, this.#seen[0]!.ms);
    const end = Math.min(ms + REACH, this.#seen.at(-1)!.ms);
    const change = apart(this.#at(begin), this.#at(end));
    this.#rated(ms, Math.floor((change * RATE) / Math.max(end - begin, REACH)), held);
  }

  /** The thumbnail at a time between two frames. */
  #at(ms: number): Thumb {
    const place = this.#seen.findIndex((each) => each.ms >= ms);
    const later = this.#seen[place]!;
    if (later.ms === ms) return later.thumb;
    const earlier = this.#seen[place - 1]!;
    return between(earlier.thumb, later.thumb, ms - earlier.ms, later.ms - earlier.ms);
  }

  /** What lies before the last frame at or before that time. */
  #forget(ms: number): void {
    while (this.#seen.length > 1 && this.#seen[1]!.ms <= ms) this.#seen.shift();
  }
}
