/**
 * Every shown frame of a film by WebCodecs, in the order of time. A packet that cannot be decoded costs its group, not the film.
 *
 * In: `Film`. Out: frames, one at a time, each closed once it was taken. Next: `watcher`.
 */

import type { Film } from "./film.ts";

/** What was seen of a film: all of it, all but some damaged stretches, or how it begins. */
export type Extent = "whole" | "gaps" | "beginning";

/** Takes one frame; the next comes once it is done. */
export type Take = (frame: VideoFrame, ms: number) => Promise<void>;

/** This browser cannot decode it, or not so that its frames can be told apart. */
export class NotDecoded extends Error {}

/**
 * Frames come in another order than their times: those are the times of decoding. Counted, the n-th frame has the n-th time.
 */
export class OutOfOrder extends NotDecoded {}

/** Packets in the decoder's hands: enough to keep it at work, few enough for a phone's memory. */
const MOST_QUEUED = 12;
/** Milliseconds without a sign of life: a decoder that hangs says nothing. */
const TIMEOUT = 20_000;
/** Groups that give nothing at the beginning, after which a film is given up. */
const MOST_BARREN = 3;

export async function canDecode({ config }: Film): Promise<boolean> {
  if (typeof VideoDecoder === "undefined") return false;
  try {
    return (await VideoDecoder.isConfigSupported(config)).supported === true;
  } catch {
    return false;
  }
}

/** How much of it was seen. Rejects with `NotDecoded`, or with what `take` and `going` throw. */
export async function everyFrame(film: Film, take: Take, going: () => void, counted = false): Promise<Extent> {
  const decoding = new Decoding(film, take, going, counted);
  let extent: Extent = film.whole ? "whole" : "beginning";
  for (let [start, runs] = [0, 1]; start !== -1; runs++) {
    const failed = await decoding.run(start);
    // Of a file that was cut off, the packets are named and not there.
    if (decoding.short) extent = "beginning";
    if (failed === null) break;
    if (extent === "whole") extent = "gaps";
    // Behind a gap nobody knows how many are missing.
    if (counted) extent = "beginning";
    if (counted || (decoding.taken === 0 && runs === MOST_BARREN)) break;
    start = film.packets.findIndex(({ key }, place) => key && place > failed);
  }
  if (decoding.taken === 0) throw new NotDecoded();
  return extent;
}

class Decoding {
  readonly #film: Film;
  readonly #take: Take;
  readonly #going: () => void;
  readonly #counted: boolean;
  readonly #places: ReadonlyMap<number, number>;
  #lastTaken = -1;
  taken = 0;
  /** The file ended before its packets did. */
  short = false;

  constructor(film: Film, take: Take, going: () => void, counted: boolean) {
    this.#film = film;
    this.#take = take;
    this.#going = going;
    this.#counted = counted;
    this.#places = new Map(film.packets.map(({ stamp }, place) => [stamp, place]));
  }

  /** From that key on: null where it went through, or the place of a packet that cannot be decoded. */
  async run(start: number): Promise<number | null> {
    const { packets, config } = this.#film;
    const out: VideoFrame[] = [];
    /** Went in, and did not come out yet. */
    const inside = new Set<number>();
    let failed = false;
    let wake = (): void => undefined;
    const decoder = new VideoDecoder({
      output: (frame) => {
        out.push(frame);
        wake();
      },
      error: () => {
        failed = true;
        wake();
      },
    });
    decoder.addEventListener("dequeue", () => wake());
    const sign = async (): Promise<void> => {
      let timer = 0;
      const heard = new Promise<void>((resolve) => (wake = resolve));
      const hung = new Promise<void>((_, reject) => (timer = setTimeout(() => reject(new NotDecoded()), TIMEOUT) as unknown as number));
      await Promise.race([heard, hung]).finally(() => clearTimeout(timer));
    };
    let last = -Infinity;
    const drain = async (): Promise<void> => {
      for (let frame = out.shift(); frame !== undefined; frame = out.shift()) {
        try {
          const place = this.#places.get(frame.timestamp);
          if (place === undefined) throw new NotDecoded();
          if (frame.timestamp < last && !this.#counted) throw new OutOfOrder();
          last = frame.timestamp;
          inside.delete(place);
          await this.#taken(frame, this.#counted ? (this.#film.times[this.taken] ?? null) : packets[place]!.ms);
        } finally {
          frame.close();
        }
      }
    };
    try {
      decoder.configure(config);
      let place = start;
      for await (const { type, data } of this.#film.from(start)) {
        this.#going();
        if (failed || place === packets.length) break;
        inside.add(place);
        decoder.decode(new EncodedVideoChunk({ type, timestamp: packets[place]!.stamp, data }));
        place += 1;
        await drain();
        while (!failed && decoder.decodeQueueSize > MOST_QUEUED && out.length === 0) await sign();
      }
      this.short = !failed && place < packets.length;
      let flushed = failed;
      if (!failed) decoder.flush().then(() => (flushed = true), () => (failed = true)).finally(() => wake());
      while (!flushed && !failed) {
        await drain();
        if (!flushed && !failed && out.length === 0) await sign();
      }
      await drain();
    } catch (error) {
      // What WebCodecs itself throws is a packet of which nothing can be made.
      if (!(error instanceof DOMException)) throw error;
      failed = true;
    } finally {
      for (const frame of out) frame.close();
      if (decoder.state !== "closed") decoder.close();
    }
    return failed ? Math.min(...inside, packets.length) : null;
  }

  async #taken(frame: VideoFrame, ms: number | null): Promise<void> {
    this.#going();
    // Behind a gap, what belongs before it may come again.
    if (ms === null || ms <= this.#lastTaken) return;
    await this.#take(frame, ms);
    this.#lastTaken = ms;
    this.taken += 1;
  }
}
