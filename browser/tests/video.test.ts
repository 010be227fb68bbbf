/** Videos before and after they are decoded: times, levels, samples, still moments, the blob. No WebCodecs is needed. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { compileKernels } from "../compile-kernels.mjs";
import { carriedText, readCarried } from "../src/carried.ts";
import { toHex } from "../src/hash.ts";
import { wholeOnly, type Item } from "../src/item.ts";
import { Kernels } from "../src/kernels.ts";
import { hashLuma } from "../src/pdq.ts";
import { fromBase64, StopList } from "../src/stoplist.ts";
import { isBlob, MOST_MOMENTS, toBase64, toBytes, withoutAnchored, type Moments } from "../src/video/blob.ts";
import { readColours } from "../src/video/colours.ts";
import { curveTable, levelsOf } from "../src/video/curves.ts";
import { anchored, whole } from "../src/video/frame.ts";
import { NoLuma, readLuma } from "../src/video/luma.ts";
import { APART, Minima, type Rated } from "../src/video/minima.ts";
import { Rates } from "../src/video/motion.ts";
import { FrameRows, type Luma } from "../src/video/rows.ts";
import { apart, between, thumb, type Thumb } from "../src/video/thumb.ts";
import { timesOf, type Packet } from "../src/video/times.ts";
import { orientationOf, turnedPlane, type Orientation } from "../src/video/turned.ts";
import { Watcher } from "../src/video/watcher.ts";
import { noise, plane } from "./made.ts";

const kernels = Kernels.open(await compileKernels());
assert.ok(kernels !== null);
const conformance = (name: string) => JSON.parse(readFileSync(new URL(`../../conformance/${name}`, import.meta.url), "utf8"));
const nothing = new StopList(new Uint8Array(32), 0, "");

const packets = (ticks: readonly number[], lasting = 0, hidden: readonly number[] = []): Packet[] =>
  ticks.map((each, place) => ({ ticks: each, lasting, shown: !hidden.includes(place) }));

test("times count from the first shown frame, halves upwards, whatever the order of decoding", () => {
  assert.deepEqual(timesOf(packets([9000, 18_000, 12_000, 15_000], 3000), 90_000, false), { ms: [0, 100, 33, 67], duration: 133 });
  assert.deepEqual(timesOf(packets([45, 90, 135]), 90_000, false).ms, [0, 1, 2]);
  assert.deepEqual(timesOf(packets([0, 1001, 2002], 1001), 30_000, false), { ms: [0, 33, 67], duration: 100 });
});

test("what an edit list hides has no time, and the next frame is the first", () => {
  const { ms, duration } = timesOf(packets([-200, -100, 0, 100], 100, [0, 1]), 1000, false);
  assert.deepEqual([ms, duration], [[null, null, 0, 100], 200]);
});

test("two frames of one time are both seen, a millisecond apart", () => {
  assert.deepEqual(timesOf(packets([0, 40, 40, 41, 80]), 1000, false).ms, [0, 40, 41, 42, 80]);
});

test("the last frame lasts as long as it says, or as the usual one", () => {
  assert.equal(timesOf(packets([0, 40, 80], 25), 1000, false).duration, 105);
  assert.equal(timesOf(packets([0, 40, 80, 1000]), 1000, false).duration, 1040);
  assert.equal(timesOf(packets([7]), 1000, false).duration, 1);
});

test("another recording behind the first goes on by its own clock, where a container has no one clock", () => {
  const ticks = [90_000, 93_600, 97_200, 9000, 12_600];
  assert.deepEqual(timesOf(packets(ticks, 3600), 90_000, true), { ms: [0, 40, 80, 120, 160], duration: 200 });
  assert.deepEqual(timesOf(packets([0, 40, 11_000, 11_040], 40), 1000, true).ms, [0, 40, 80, 120]);
  assert.deepEqual(timesOf(packets([0, 40, 11_000, 11_040], 40), 1000, false).ms, [0, 40, 11_000, 11_040]);
});

const { curves } = conformance("curves.json");
for (const name of ["pq-limited", "pq-full", "hlg-limited", "hlg-full"] as const) {
  test(`the curve ${name} is undone as the engine undoes it`, () => {
    assert.deepEqual(curveTable(name), curves[name]);
  });
}

test("levels of eight bits are the values, those of more their share, those of a curve its table's", () => {
  assert.equal(levelsOf(8, "bt709", true), null);
  assert.deepEqual([...levelsOf(10, "bt709", true)!.subarray(0, 6)], [0, 0.25, 0.5, 0.75, 1, 1.25]);
  assert.equal(levelsOf(10, null, false)![1023], 255.75);
  assert.equal(levelsOf(12, null, true)![4095], 255.9375);
  assert.equal(levelsOf(10, "pq", true)![600], curves["pq-limited"][600] / 4);
  assert.equal(levelsOf(12, "hlg", false)![2403], curves["hlg-full"][600] / 4);
  assert.equal(levelsOf(8, "hlg", true)![150], curves["hlg-limited"][600] / 4);
});

/** A frame as WebCodecs hands it out, with rows padded to `stride`. */
function frameOf(format: string | null, width: number, height: number, bytes: Uint8Array, stride: number, colours: object = {}): VideoFrame {
  const frame = {
    format,
    visibleRect: { x: 0, y: 0, width, height },
    colorSpace: { fullRange: false, transfer: "bt709", matrix: "bt709", ...colours },
    allocationSize: () => bytes.length,
    copyTo: (target: Uint8Array) => {
      target.set(bytes);
      return Promise.resolve([{ offset: 0, stride }]);
    },
  };
  return frame as unknown as VideoFrame;
}

/** Its rows, one right behind the other. */
function packed({ width, height, bytes, stride, levels }: Luma): Uint8Array<ArrayBuffer> {
  const row = levels === null ? width : 2 * width;
  return Uint8Array.from({ length: row * height }, (_, at) => bytes[Math.floor(at / row) * stride + (at % row)]!);
}

test("the luma of a frame is read without what lies between its rows, by its own format", async () => {
  const room = (bytes: number): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
  const [width, height, stride] = [10, 6, 16];
  const stored = noise(stride * height * 2, 5);
  for (const format of ["I420", "NV12", "I422", "I444", "I420A"]) {
    const { luma, limited } = await readLuma(frameOf(format, width, height, stored, stride), room);
    assert.equal(limited, true);
    assert.deepEqual(packed(luma), Uint8Array.from({ length: 60 }, (_, at) => stored[Math.floor(at / 10) * stride + (at % 10)]!));
  }
  const deep = await readLuma(frameOf("I420P10", width, height, stored, 2 * stride, { fullRange: true }), room);
  assert.equal(deep.limited, false);
  assert.equal(deep.luma.levels!.length, 1024);
  assert.equal(packed(deep.luma).length, 120);
});

test("a frame of eight bits under a curve has the levels of its table", async () => {
  const room = (bytes: number): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
  const { luma } = await readLuma(frameOf("I420", 8, 6, noise(48, 2), 8, { transfer: "pq" }), room);
  assert.deepEqual([...luma.bytes.filter((_, at) => at % 2 === 0)], [...noise(48, 2)]);
  assert.equal(luma.levels!.length, 256);
});

for (const [format, matrix, fullRange] of [["BGRX", "bt709", false], ["RGBA", "smpte170m", false], ["RGBX", "bt2020-ncl", true], ["BGRA", null, null]] as const) {
  test(`of ${format} by ${matrix}, ${fullRange ? "full" : "limited"}, the luma is the one that was stored, but for rounding`, async () => {
    const [width, height] = [400, 300];
    const stored = plane({ make: "clouds", width, height, seed: 7 }).map((value) => (fullRange ? value : 16 + Math.floor((value * 219) / 255)));
    const stride = 4 * width + 12;
    const bytes = new Uint8Array(stride * height);
    // Grey, with a difference of colour that leaves the luma as it is.
    const [red, blue] = matrix === "smpte170m" ? [0.299, 0.114] : matrix === "bt2020-ncl" ? [0.2627, 0.0593] : [0.2126, 0.0722];
    stored.forEach((value, place) => {
      const grey = fullRange ? value : ((value - 16) * 255) / 219;
      const shift = Math.min(20, grey, 255 - grey) / 4;
      const [r, b] = [Math.round(grey + shift), Math.round(grey - (shift * red) / blue)];
      const pixel = format.startsWith("RGB") ? [r, grey, b] : [b, grey, r];
      if (pixel.some((each) => each < 0 || each > 255)) pixel.fill(grey);
      bytes.set(pixel.map(Math.round), Math.floor(place / width) * stride + 4 * (place % width));
    });
    const read = await readColours(frameOf(format, width, height, bytes, stride, { fullRange, matrix }), (size) => new Uint8Array(size));
    assert.equal(read.limited, fullRange !== true);
    assert.ok(read.luma.bytes.every((value, at) => Math.abs(value - stored[at]!) <= 1));
    assert.deepEqual(thumb(read.sparse!), thumb(read.luma));
  });
}

test("colours, and frames that say nothing of their form, are never taken for luma", async () => {
  for (const [format, colours] of [[null, {}], ["RGBA", {}], ["BGRX", {}], ["I420P16", {}], ["I444", { matrix: "rgb" }]] as const) {
    await assert.rejects(readLuma(frameOf(format, 8, 8, noise(64, 1), 8, colours), (size) => new Uint8Array(size)), NoLuma);
  }
});

test("of a frame that has no form of its own, ordinary colours are asked for, and nothing where there are none", async () => {
  const asked: unknown[] = [];
  const frame = frameOf(null, 8, 8, noise(256, 1), 32, { transfer: "pq" });
  const plain = frame.copyTo.bind(frame);
  frame.copyTo = (target, options) => {
    asked.push((options as { format?: string }).format);
    return plain(target, options);
  };
  const { luma } = await readColours(frame, (size) => new Uint8Array(size));
  assert.deepEqual([asked, luma.levels, luma.bytes.length], [["RGBA"], null, 64]);
  frame.copyTo = () => Promise.reject(new DOMException("", "NotSupportedError"));
  await assert.rejects(readColours(frame, (size) => new Uint8Array(size)), NoLuma);
  frame.allocationSize = () => {
    throw new TypeError();
  };
  await assert.rejects(readColours(frame, (size) => new Uint8Array(size)), NoLuma);
});

/** Explicitly turned, pixel by pixel: mirrored, flipped, then transposed. */
function turnedLuma(bytes: Uint8Array, width: number, height: number, turn: number): { bytes: Uint8Array; width: number; height: number } {
  const [across, down] = turn & 4 ? [height, width] : [width, height];
  const turned = new Uint8Array(bytes.length);
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const [column, row] = turn & 4 ? [y, x] : [x, y];
      turned[y * across + x] = bytes[(turn & 2 ? height - 1 - row : row) * width + (turn & 1 ? width - 1 - column : column)]!;
    }
  }
  return { bytes: turned, width: across, height: down };
}

const lumaOf = (bytes: Uint8Array, width: number, height: number): Luma => ({
  width, height, bytes: new Uint8Array(bytes), stride: width, levels: null,
});

for (let turn = 0; turn < 8; turn++) {
  test(`a frame turned as ${turn} says hashes as the turned picture, with kernels and without`, () => {
    const [width, height] = [171, 96 + turn];
    const stored = plane({ make: "clouds", width, height, seed: 40 + turn });
    const shown = turnedLuma(stored, width, height, turn);
    const wanted = hashLuma(shown.bytes, shown.width, shown.height);
    assert.ok(wanted.kind === "hashed");
    for (const rows of [new FrameRows(kernels), new FrameRows(null)]) {
      const frame = { luma: lumaOf(stored, width, height), limited: false, turn: turn as Orientation };
      const found = whole(frame, rows);
      assert.equal(toHex(found.hash), toHex(wanted.hash));
      assert.equal(found.quality, wanted.quality);
      const upright = { luma: lumaOf(shown.bytes, shown.width, shown.height), limited: false, turn: 0 as const };
      assert.deepEqual(anchored(frame, rows, nothing, kernels), anchored(upright, rows, nothing, kernels));
      assert.deepEqual(turnedPlane(rows.plane(frame.luma), frame.turn), rows.plane(upright.luma));
    }
  });
}

test("a container's turn is the engine's orientation", () => {
  const [width, height] = [3, 2];
  const stored = Uint8Array.of(1, 2, 3, 4, 5, 6);
  // A quarter to the right brings the first column, upwards, to the top.
  const { data } = turnedPlane({ width, height, data: Int32Array.from(stored) }, orientationOf(90, false));
  assert.deepEqual([...data], [4, 1, 5, 2, 6, 3]);
  assert.deepEqual([0, 90, 180, 270].map((angle) => orientationOf(angle, false)), [0, 6, 3, 5]);
  assert.deepEqual([0, 90, 180, -90].map((angle) => orientationOf(angle, true)), [1, 4, 2, 7]);
});

test("samples and planes are those of plain script, for eight bits and more, whatever lies between rows", () => {
  for (let seed = 1; seed <= 12; seed++) {
    const [width, height] = [5 + ((seed * 67) % 300), 5 + ((seed * 41) % 200)];
    for (const levels of [null, levelsOf(10, "hlg", true)]) {
      const stride = (levels === null ? width : 2 * width) + (seed % 3) * 7;
      const bytes = new Uint8Array(noise(stride * height, seed));
      const luma: Luma = { width, height, bytes, stride, levels };
      const quick = new FrameRows(kernels);
      const plain = new FrameRows(null);
      for (const [mirrored, flipped] of [[false, false], [true, false], [false, true], [true, true]] as const) {
        assert.deepEqual(quick.samples(luma, mirrored, flipped), plain.samples(luma, mirrored, flipped));
      }
      assert.deepEqual(quick.plane(luma), plain.plane(luma));
      const tight = { ...luma, bytes: packed(luma), stride: levels === null ? width : 2 * width };
      assert.deepEqual(thumb(luma), thumb(tight));
    }
  }
});

test("quality is told as if black were 0 and white 255, and the bits do not depend on it", () => {
  const [width, height] = [160, 120];
  const full = plane({ make: "waves", width, height, seed: 3 });
  const squeezed = full.map((value) => 16 + Math.round((value * 219) / 255));
  const rows = new FrameRows(kernels);
  const wide = whole({ luma: lumaOf(full, width, height), limited: false, turn: 0 }, rows);
  const narrow = whole({ luma: lumaOf(squeezed, width, height), limited: true, turn: 0 }, rows);
  assert.ok(Math.abs(wide.quality - narrow.quality) <= 1);
  assert.deepEqual(narrow.hash, whole({ luma: lumaOf(squeezed, width, height), limited: false, turn: 0 }, rows).hash);
});

test("a thumbnail does not mind how bright it is, and of a grey picture it is nothing", () => {
  const [width, height] = [320, 180];
  const cloud = plane({ make: "clouds", width, height, seed: 8 });
  const [dark, bright] = [10, 60].map((more) => thumb(lumaOf(cloud.map((value) => more + (value >> 1)), width, height)));
  assert.deepEqual(dark, bright);
  assert.ok(thumb(lumaOf(new Uint8Array(width * height).fill(90), width, height)).every((value) => value === 0));
  const [left, right] = [Int32Array.of(0, -3, 10), Int32Array.of(10, -4, -10)];
  assert.deepEqual([...between(left, right, 1, 4)], [2, -4, 5]);
  assert.equal(apart(left, right), 31);
});

test("rates are those between the pictures 110 milliseconds before and after", () => {
  const times = [0, 33, 67, 100, 133, 167, 200, 233, 500, 900, 933, 1000, 1033];
  const thumbs = times.map((_, at) => Int32Array.from({ length: 784 }, (__, cell) => ((at * at * 37 + cell * 11) % 5000) - 2500));
  const found: [number, number, number][] = [];
  const rates = new Rates<number>((ms, rate, held) => found.push([ms, rate, held]));
  times.forEach((ms, at) => rates.next(ms, thumbs[at]!, at));
  rates.end();
  const at = (ms: number): Thumb => {
    const later = times.findIndex((time) => time >= ms);
    if (times[later] === ms) return thumbs[later]!;
    return between(thumbs[later - 1]!, thumbs[later]!, ms - times[later - 1]!, times[later]! - times[later - 1]!);
  };
  assert.deepEqual(found, times.map((ms, place) => {
    const [begin, end] = [Math.max(ms - 110, 0), Math.min(ms + 110, 1033)];
    return [ms, Math.floor((apart(at(begin), at(end)) * 1024) / Math.max(end - begin, 110)), place];
  }));
});

test("a still moment is one about which nothing is stiller, the first of equals", () => {
  const rates = [...noise(400, 6)].map((value) => value >> 3);
  const frames = rates.map((rate, at) => ({ ms: at * 33 + (at % 3), rate, held: at }));
  const minima = new Minima<number>();
  const found = [...frames.map((frame) => minima.next(frame)), minima.end()].filter((each): each is Rated<number> => each !== null);
  const wanted = frames.filter(({ ms, rate }) =>
    frames.every((other) => {
      const since = other.ms - ms;
      if (since === 0 || Math.abs(since) > APART) return true;
      return since < 0 ? rate < other.rate : rate <= other.rate;
    }),
  );
  assert.deepEqual(found, wanted);
});

/** Clouds that jump about, but stand still for half of each second. */
function film(watcher: Watcher, seconds: number, change: (at: number) => number): Moments {
  const [width, height] = [128, 96];
  for (let at = 0; at < 25 * seconds; at++) {
    const seed = change(at);
    watcher.next(40 * at, { luma: lumaOf(plane({ make: "clouds", width, height, seed }), width, height), limited: false, turn: 0 });
  }
  return watcher.end(1000 * seconds);
}

test("of each second the stillest picture is kept, and what is said again grows", () => {
  const changing = film(new Watcher(kernels, nothing, 3960), 4, (at) => (at % 25 < 12 ? 1000 + at : 10 + Math.floor(at / 25)));
  assert.equal(changing.moments.length, 4);
  for (const [second, { begin, end, whole: found }] of changing.moments.entries()) {
    assert.equal(begin, end);
    assert.ok(begin >= 1000 * second + 480 && begin < 1000 * (second + 1), `${begin}`);
    const wanted = hashLuma(plane({ make: "clouds", width: 128, height: 96, seed: 10 + second }), 128, 96);
    assert.ok(wanted.kind === "hashed");
    assert.equal(toHex(found.hash), toHex(wanted.hash));
  }
  const standing = film(new Watcher(null, nothing, 2960), 3, () => 5);
  assert.deepEqual(standing.moments.map(({ begin, end }) => [begin, end]), [[0, 2000]]);
  assert.equal(standing.duration, 3000);
  const grey = new Watcher(kernels, nothing, 1000);
  for (let ms = 0; ms <= 1000; ms += 40) grey.next(ms, { luma: lumaOf(new Uint8Array(64 * 64).fill(120), 64, 64), limited: true, turn: 0 });
  assert.deepEqual(grey.end(1040).moments, []);
});

test("a frame's room is used again once it cannot be chosen any more, and not before", () => {
  const [width, height] = [128, 96];
  const seeds = [...noise(200, 12)].map((value) => 1 + (value % 40));
  const run = (own: boolean): [Moments, Set<ArrayBuffer>] => {
    const watcher = new Watcher(kernels, nothing, 7960);
    const rooms = new Set<ArrayBuffer>();
    seeds.forEach((seed, at) => {
      const bytes = own ? new Uint8Array(width * height) : watcher.room(width * height);
      bytes.set(plane({ make: "clouds", width, height, seed }));
      rooms.add(bytes.buffer);
      watcher.next(40 * at, { luma: { width, height, bytes, stride: width, levels: null }, limited: false, turn: 0 });
    });
    return [watcher.end(8000), rooms];
  };
  const [wanted] = run(true);
  const [found, rooms] = run(false);
  assert.deepEqual(found, wanted);
  assert.ok(rooms.size <= 9, `${rooms.size}`);
  const watcher = new Watcher(kernels, nothing, 1000);
  assert.equal(watcher.room(100).length, 100);
  assert.equal(watcher.room(300).length, 300);
  assert.equal(watcher.room(200).length, 200);
});

const hashed = (seed: number, quality: number) => ({ kind: "hashed" as const, hash: noise(32, seed), quality });
const MOMENTS: Moments = {
  moments: [
    { begin: 0, end: 3000, whole: hashed(1, 100), anchored: [hashed(2, 60), hashed(3, 50)] },
    { begin: 4100, end: 4100, whole: hashed(4, 77), anchored: [] },
    { begin: 5500, end: 5500, whole: hashed(5, 51), anchored: [hashed(6, 99)] },
  ],
  duration: 6033,
};

test("the blob stands to the byte where its specification says", () => {
  const blob = toBytes(MOMENTS);
  const view = new DataView(blob.buffer);
  assert.equal(blob.length, 20 + 3 * 42 + 3 * 33 + 8);
  assert.equal(new TextDecoder().decode(blob.subarray(0, 4)), "RPTM");
  assert.deepEqual([...blob.subarray(4, 8)], [1, 0, 0, 0]);
  assert.deepEqual([8, 12, 16].map((at) => view.getUint32(at, true)), [6033, 3, 3]);
  assert.deepEqual([20, 24].map((at) => view.getUint32(at, true)), [0, 3000]);
  assert.deepEqual([blob[28], blob[29]], [100, 2]);
  assert.deepEqual(blob.subarray(30, 62), noise(32, 1));
  assert.equal(blob[20 + 3 * 42], 60);
  assert.deepEqual(blob.subarray(21 + 3 * 42, 53 + 3 * 42), noise(32, 2));
  assert.ok(isBlob(blob));
});

test("without anchored hashes a blob is the one of the same moments that never had any", () => {
  const plain = { ...MOMENTS, moments: MOMENTS.moments.map((moment) => ({ ...moment, anchored: [] })) };
  assert.deepEqual(withoutAnchored(toBytes(MOMENTS)), toBytes(plain));
  const item: Item = { media: "video", hashes: [{ algorithm: "md5", role: "whole", value: "ab".repeat(16) }], moments: toBase64(toBytes(MOMENTS)) };
  assert.deepEqual(fromBase64(wholeOnly(item).moments!), toBytes(plain));
});

test("a carried video brings its moments along, and spoilt ones are refused", () => {
  const moments = toBase64(toBytes(MOMENTS));
  const item: Item = { media: "video", hashes: [{ algorithm: "sha256", role: "whole", value: "cd".repeat(32) }], moments };
  assert.deepEqual(readCarried(carriedText([item])), [item]);
  const spoilt = fromBase64(moments);
  spoilt[40]! ^= 1;
  const cut = fromBase64(moments).subarray(0, 100);
  for (const other of [toBase64(spoilt), toBase64(cut), "", "###", 7, null, toBase64(new Uint8Array(40))]) {
    assert.equal(readCarried(JSON.stringify([{ ...item, moments: other }])), null);
  }
  assert.equal(readCarried(JSON.stringify([{ ...item, media: "picture" }])), null);
  const many = fromBase64(moments);
  new DataView(many.buffer).setUint32(12, MOST_MOMENTS + 1, true);
  assert.equal(isBlob(many), false);
});
