/** Decoding that goes wrong, with a decoder made for it: damaged packets, times of decoding, silence, a film that is taken back. */

import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";

import { Cancelled } from "../src/cancelled.ts";
import { canDecode, everyFrame, NotDecoded, OutOfOrder, type Extent } from "../src/video/decoding.ts";
import type { Film } from "../src/video/film.ts";
import { Shown, type Look } from "../src/video/shown.ts";

interface Chunk {
  readonly type: string;
  readonly timestamp: number;
  readonly data: number;
}

/** Gives each frame back after `delay` more packets; fails at packets whose data is `BAD`; says nothing where it is `silent`. */
class Decoder extends EventTarget {
  static delay = 2;
  static silent = false;
  static unsupported = false;
  static reorder: (chunks: Chunk[]) => Chunk[] = (chunks) => chunks.sort((a, b) => a.timestamp - b.timestamp);
  static closed = 0;
  static open = 0;
  state = "unconfigured";
  decodeQueueSize = 0;
  readonly #held: Chunk[] = [];
  readonly #init: { output: (frame: unknown) => void; error: (error: unknown) => void };
  #key = false;

  constructor(init: { output: (frame: unknown) => void; error: (error: unknown) => void }) {
    super();
    this.#init = init;
  }

  static isConfigSupported(): Promise<{ supported: boolean }> {
    if (Decoder.unsupported) return Promise.reject(new TypeError());
    return Promise.resolve({ supported: true });
  }

  configure(): void {
    this.state = "configured";
  }

  decode(chunk: Chunk): void {
    if (this.state === "closed") throw new DOMException("closed", "InvalidStateError");
    if (!this.#key && chunk.type !== "key") throw new DOMException("key", "DataError");
    this.#key = true;
    if (Decoder.silent) {
      this.decodeQueueSize += 1;
      return;
    }
    if (chunk.data === BAD) return this.#fail();
    this.#held.push(chunk);
    while (this.#held.length > Decoder.delay) this.#give();
  }

  flush(): Promise<void> {
    if (this.state === "closed") return Promise.reject(new DOMException("closed", "InvalidStateError"));
    if (Decoder.silent) return new Promise(() => undefined);
    while (this.#held.length > 0) this.#give();
    return Promise.resolve();
  }

  close(): void {
    this.state = "closed";
  }

  #give(): void {
    Decoder.reorder(this.#held);
    const { timestamp } = this.#held.shift()!;
    Decoder.open += 1;
    this.#init.output({ timestamp, close: () => (Decoder.open -= 1) });
  }

  #fail(): void {
    this.state = "closed";
    this.#held.length = 0;
    queueMicrotask(() => this.#init.error(new DOMException("bad", "EncodingError")));
  }
}

const BAD = -1;
Object.assign(globalThis, { VideoDecoder: Decoder, EncodedVideoChunk: class { constructor(chunk: Chunk) { Object.assign(this, chunk); } } });

/** Groups of five frames, 40 milliseconds apart, in the order in which they are shown unless `order` says otherwise. */
function filmOf(count: number, bad: readonly number[] = [], order = (place: number): number => place): Film {
  const packets = Array.from({ length: count }, (_, place) => ({
    stamp: 40_000 * order(place), ms: 40 * order(place), key: place % 5 === 0,
  }));
  const film = {
    config: { codec: "test" },
    turn: 0,
    packets,
    times: packets.map(({ ms }) => ms).sort((a, b) => a - b),
    duration: 40 * count,
    whole: true,
    async *from(start: number) {
      for (let place = start; place < count; place++) {
        yield { type: packets[place]!.key ? "key" : "delta", data: bad.includes(place) ? BAD : place };
      }
    },
    close: () => undefined,
  };
  return film as unknown as Film;
}

async function seen(film: Film, going = (): void => undefined, counted = false): Promise<{ times: number[]; extent: Extent }> {
  const times: number[] = [];
  const extent = await everyFrame(film, async (_, ms) => void times.push(ms), going, counted);
  return { times, extent };
}

const upTo = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => 40 * (from + at));

afterEach(() => {
  assert.equal(Decoder.open, 0, "every frame was closed");
  Object.assign(Decoder, { delay: 2, silent: false, unsupported: false });
  Decoder.reorder = (chunks) => chunks.sort((a, b) => a.timestamp - b.timestamp);
});

test("every frame comes once, in the order of time", async () => {
  assert.deepEqual(await seen(filmOf(50)), { times: upTo(0, 50), extent: "whole" });
});

test("a packet that cannot be decoded costs what hangs on it, not the film", async () => {
  const { times, extent } = await seen(filmOf(50, [17]));
  assert.equal(extent, "gaps");
  assert.deepEqual(times, [...upTo(0, 15), ...upTo(20, 50)]);
});

test("of a file that was cut off, or that is longer than is looked at, the beginning was seen", async () => {
  const film = filmOf(50);
  const cut = { ...film, from: filmOf(23).from };
  assert.deepEqual(await seen(cut), { times: upTo(0, 23), extent: "beginning" });
  assert.deepEqual(await seen({ ...film, whole: false }), { times: upTo(0, 50), extent: "beginning" });
});

test("several of them, the first and the last too, cost their groups", async () => {
  const { times } = await seen(filmOf(50, [0, 23, 24, 49]));
  // What the decoder still held when it failed is lost with the rest of its group.
  assert.deepEqual(times, [...upTo(5, 21), ...upTo(25, 47)]);
});

test("a film of which nothing comes is given up soon", async () => {
  let asked = 0;
  const bad = Array.from({ length: 500 }, (_, place) => place);
  await assert.rejects(seen(filmOf(500, bad), () => void (asked += 1)), NotDecoded);
  assert.ok(asked < 50, `${asked}`);
});

test("times that are those of decoding are noticed, and frames are then counted", async () => {
  // Shown in the order 0, 2, 1, 4, 3, …, while the packets bear times as they are decoded.
  Decoder.delay = 3;
  Decoder.reorder = (chunks) => chunks.sort((a, b) => (a.timestamp ^ swapped(a)) - (b.timestamp ^ swapped(b)));
  const swapped = ({ timestamp }: Chunk): number => {
    const place = timestamp / 40_000;
    return timestamp ^ (place % 5 === 0 ? timestamp : 40_000 * (place % 5 === 1 || place % 5 === 3 ? place + 1 : place - 1));
  };
  await assert.rejects(seen(filmOf(50)), OutOfOrder);
  assert.deepEqual(await seen(filmOf(50), undefined, true), { times: upTo(0, 50), extent: "whole" });
  // Counted, nobody knows how many a damaged packet costs: what comes behind it is not looked at.
  const { times, extent } = await seen(filmOf(50, [17]), undefined, true);
  assert.deepEqual([times.every((ms) => ms < 17 * 40), extent], [true, "beginning"]);
});

test("a decoder that says nothing is not waited for without end", async () => {
  Decoder.silent = true;
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const waiting = assert.rejects(seen(filmOf(50)), NotDecoded);
    for (let turn = 0; turn < 200; turn++) await Promise.resolve();
    mock.timers.tick(20_000);
    await waiting;
  } finally {
    mock.timers.reset();
  }
});

test("a film that is taken back ends at once", async () => {
  let asked = 0;
  const going = (): void => {
    asked += 1;
    if (asked > 30) throw new Cancelled();
  };
  await assert.rejects(seen(filmOf(500), going), Cancelled);
  assert.equal(asked, 31);
});

test("whoever cannot say what it decodes decodes nothing", async () => {
  assert.equal(await canDecode(filmOf(5)), true);
  Decoder.unsupported = true;
  assert.equal(await canDecode(filmOf(5)), false);
});

test("looks come one at a time, and what comes after the film was taken back is closed", async () => {
  let asked = 0;
  let closed = 0;
  const look = (ms: number): Look => ({ kind: "frame", ms, of: 100, frame: { close: () => (closed += 1) } as unknown as ImageBitmap });
  const shown = new Shown(() => void (asked += 1));
  const first = shown.next();
  shown.look(look(0));
  assert.deepEqual([(await first)?.kind, asked], ["frame", 1]);
  const second = shown.next();
  shown.stop();
  assert.equal(await second, null);
  shown.look(look(1));
  assert.equal(closed, 1);
});
