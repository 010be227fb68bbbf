/**
 * Looks at frames in the order of time and keeps of each second what a copy will show again: the stillest frame
 * (docs/en/moments.md).
 *
 * In: frames. Out: `Moments`. Next: `blob` writes them down. A thumbnail of every frame; a frame's own luma is kept only while it
 * may still be the one of its second. The engine's twin: `repit_engine.moments.bank`.
 */

import { LEAST_QUALITY } from "../anchor-tables.ts";
import { distance, toHex, type Hashed } from "../hash.ts";
import type { Kernels } from "../kernels.ts";
import { MIN_SIDE } from "../pdq.ts";
import type { StopList } from "../stoplist.ts";
import { MOST_MOMENTS, type Moment, type Moments } from "./blob.ts";
import { anchored, whole, type Stored } from "./frame.ts";
import { APART, Minima, type Rated } from "./minima.ts";
import { Rates } from "./motion.ts";
import { FrameRows } from "./rows.ts";
import { thumb } from "./thumb.ts";

const SECOND = 1000;
/** Milliseconds: a frame that comes sooner after the last one looked at is passed over. */
const LEAST_STEP = 10;
/** Bits within which a moment shows what the last one kept shows. */
const REPEAT = 4;
/** Milliseconds that a blob has room for: seven weeks. */
const LONGEST = 2 ** 32 - 1;

/** A frame that may be the one; hashed once, and only if asked. */
interface Still {
  readonly frame: Stored;
  hashed: Hashed | null;
}

interface Best {
  readonly still: Still;
  readonly ms: number;
  readonly rate: number;
  /** Something near it is stiller. */
  readonly ripple: boolean;
}

export class Watcher {
  readonly #rows: FrameRows;
  readonly #kernels: Kernels | null;
  readonly #stopList: StopList;
  readonly #last: number;
  readonly #window: number;
  readonly #rates = new Rates<Still>((ms, rate, held) => this.#rated({ ms, rate, held }));
  readonly #minima = new Minima<Still>();
  readonly #best = new Map<number, Best>();
  readonly #moments: Moment[] = [];
  readonly #rooms: { readonly bytes: Uint8Array<ArrayBuffer>; still: Still | null }[] = [];
  /** The room that was given last. */
  #given: { still: Still | null } | null = null;
  #looked = -LEAST_STEP;
  frames = 0;

  /** `last`: when the last frame is shown. Beyond four and a half hours, a second is whole seconds longer. */
  constructor(kernels: Kernels | null, stopList: StopList, last: number) {
    this.#rows = new FrameRows(kernels);
    this.#kernels = kernels;
    this.#stopList = stopList;
    this.#last = last;
    this.#window = SECOND * (1 + Math.floor(last / (SECOND * MOST_MOMENTS)));
  }

  /** Where the next frame may be put: room of one that cannot be chosen any more, for they are large and come fast. */
  room(size: number): Uint8Array<ArrayBuffer> {
    for (let place = this.#rooms.length - 1; place >= 0; place--) {
      const room = this.#rooms[place]!;
      if (room.still !== null && this.#maybe(room.still)) continue;
      this.#given = room;
      if (room.bytes.length >= size) return room.bytes.subarray(0, size);
      this.#rooms.splice(place, 1);
    }
    const room = { bytes: new Uint8Array(size), still: null };
    this.#rooms.push(room);
    this.#given = room;
    return room.bytes;
  }

  /** Times ascend. The frame lies in the room given last, or in memory of its own. */
  next(ms: number, frame: Stored): void {
    this.frames += 1;
    if (ms - this.#looked < LEAST_STEP) return;
    this.#looked = ms;
    const still: Still = { frame, hashed: null };
    if (this.#given !== null) this.#given.still = still;
    this.#given = null;
    this.#rates.next(ms, thumb(frame.sparse ?? frame.luma), still);
  }

  /** Milliseconds up to which it was looked at. */
  get seen(): number {
    return Math.max(0, this.#looked);
  }

  end(duration: number): Moments {
    this.#rates.end();
    this.#still(this.#minima.end());
    for (const second of [...this.#best.keys()].sort((a, b) => a - b)) this.#over(second);
    const end = this.#moments.at(-1)?.end ?? 0;
    return { moments: this.#moments, duration: Math.min(Math.max(duration, this.#last, end), LONGEST) };
  }

  #rated(frame: Rated<Still>): void {
    this.#still(this.#minima.next(frame));
    for (const second of [...this.#best.keys()].sort((a, b) => a - b)) {
      if ((second + 1) * this.#window + APART <= frame.ms) this.#over(second);
    }
    this.#offer(frame, true);
  }

  /** Whether this frame may still be chosen. */
  #maybe(still: Still): boolean {
    return this.#rates.holds(still) || this.#minima.holds(still) || [...this.#best.values()].some((best) => best.still === still);
  }

  #still(found: Rated<Still> | null): void {
    if (found !== null) this.#offer(found, false);
  }

  /** Of each second, one about which nothing is stiller, if there is one, else any; the stillest, the first of equals. */
  #offer({ ms, rate, held }: Rated<Still>, ripple: boolean): void {
    const second = Math.floor(ms / this.#window);
    const known = this.#best.get(second);
    const better =
      known === undefined ||
      (ripple === known.ripple ? rate < known.rate || (rate === known.rate && ms < known.ms) : known.ripple);
    if (better && this.#hashed(held).quality >= LEAST_QUALITY) this.#best.set(second, { still: held, ms, rate, ripple });
  }

  #hashed(still: Still): Hashed {
    const { width, height } = still.frame.luma;
    if (Math.min(width, height) < MIN_SIDE) return { kind: "hashed", hash: new Uint8Array(32), quality: 0 };
    return (still.hashed ??= whole(still.frame, this.#rows));
  }

  /** What stood out in it is kept. */
  #over(second: number): void {
    const { still, ms } = this.#best.get(second)!;
    this.#best.delete(second);
    const found = this.#hashed(still);
    const last = this.#moments.at(-1);
    if (last !== undefined && distance(last.whole.hash, found.hash) <= REPEAT) {
      this.#moments[this.#moments.length - 1] = { ...last, end: ms };
      return;
    }
    if (this.#moments.length === MOST_MOMENTS) return;
    // By their bytes: the order of the walk would say which lies nearer to the middle.
    const places = anchored(still.frame, this.#rows, this.#stopList, this.#kernels).sort((a, b) => (toHex(a.hash) < toHex(b.hash) ? -1 : 1));
    this.#moments.push({ begin: ms, end: ms, whole: found, anchored: places });
  }
}
