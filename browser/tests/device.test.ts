/** What happens to a file before and after its pixels are hashed. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { carriedText, readCarried } from "../src/carried.ts";
import { mayDiffer, mayMove } from "../src/doubt.ts";
import { exactHashes } from "../src/exact.ts";
import { familyOfRgba } from "../src/family.ts";
import { distance, toHex } from "../src/hash.ts";
import { readHeader } from "../src/header.ts";
import type { Item } from "../src/item.ts";
import { decodeByScript } from "../src/script-decoders.ts";
import { exifTurn, uprightRows } from "../src/turn.ts";
import { noise } from "./made.ts";

const PICTURES = new URL("../../conformance/pictures/", import.meta.url);
const published: { file: string; width: number; height: number; hash: string }[] = JSON.parse(
  readFileSync(new URL("../../conformance/pictures.json", import.meta.url), "utf8"),
).pictures;
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, PICTURES)));
const fromHex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g)!, (pair) => parseInt(pair, 16));
const nothing = (): void => undefined;

for (const wasm of [true, false]) {
  test(`digests are the file's own, ${wasm ? "with" : "without"} WebAssembly, whatever its length`, async () => {
    for (const size of [1, 63, 64, 65, 4 << 20, (4 << 20) + 1, 9_000_001]) {
      const bytes = Buffer.alloc(size, "a picture of clouds ");
      const digests = await exactHashes(new Blob([bytes]), nothing, nothing, wasm);
      assert.equal(digests.md5, createHash("md5").update(bytes).digest("hex"));
      assert.equal(digests.sha256, createHash("sha256").update(bytes).digest("hex"));
    }
  });
}

test("hashing a file stops between pieces once it is taken back", async () => {
  let pieces = 0;
  const going = (): void => {
    pieces += 1;
    if (pieces > 2) throw new Error("taken back");
  };
  await assert.rejects(exactHashes(new Blob([new Uint8Array(20 << 20)]), going, nothing), /taken back/);
  assert.equal(pieces, 3);
});

for (const { file, width, height, hash } of published) {
  test(`${file} has its stored size and turn read from its header`, () => {
    const header = readHeader(bytesOf(file), "");
    assert.equal(header.media, "picture");
    const lying = header.orientation >= 5;
    assert.deepEqual(header.size, lying ? { width: height, height: width } : { width, height });
    assert.equal(header.orientation, file.startsWith("exif-6") ? 6 : 1);
  });

  test(`${file} decoded by script hashes as the engine's, or within the bits of another JPEG decoder`, async () => {
    const bytes = bytesOf(file);
    const { format, orientation } = readHeader(bytes, "");
    const pixels = decodeByScript(bytes, format, 1e6);
    if (file.endsWith(".gif")) return assert.equal(pixels, null);
    assert.ok(pixels !== null);
    const read = async (x: number, y: number, across: number, down: number): Promise<Uint8Array> => {
      const part = new Uint8Array(4 * across * down);
      for (let row = 0; row < down; row++) {
        const from = 4 * ((y + row) * pixels.width + x);
        part.set(pixels.rgba.subarray(from, from + 4 * across), 4 * across * row);
      }
      return part;
    };
    const rgba = await uprightRows(read, pixels.width, pixels.height, exifTurn(orientation), 0, height);
    const family = familyOfRgba(rgba, width, height);
    assert.ok(family.kind === "family");
    const apart = distance(family.whole.hash, fromHex(hash));
    assert.ok(apart <= (file.endsWith(".jpg") ? 12 : 0), `${apart} bits, ${toHex(family.whole.hash)}`);
  });
}

test("films and other files are told from pictures by their first bytes", () => {
  const start = (text: string): Uint8Array => Uint8Array.from({ length: 64 }, (_, at) => text.charCodeAt(at) || 0);
  for (const text of ["\0\0\0\x18ftypmp42", "\x1aE\xdf\xa3", "RIFF....AVI ", "OggS", "\0\0\0\x14ftypqt  ", "\0\0\0\x08wide\0\0\0\0mdat", "DKIF\0\0"]) {
    assert.equal(readHeader(start(text), "").media, "video", text);
  }
  assert.equal(readHeader(start("no signature"), "video/x-unknown").media, "video");
  for (const size of [188, 192]) {
    const stream = new Uint8Array(3 * size);
    for (let at = size - 188; at < stream.length; at += size) stream[at] = 0x47;
    assert.equal(readHeader(stream, "").media, "video", `packets of ${size}`);
  }
  assert.equal(readHeader(start("%PDF-1.7"), "application/pdf").media, "file");
  assert.equal(readHeader(start("\0\0\0\x18ftypheic"), "").format, "heic");
  assert.equal(readHeader(start("\0\0\0\x1cftypmif1\0\0\0\0mif1avif"), "").format, "avif");
});

test("a header that is cut short or lies never throws", () => {
  for (const { file } of published) {
    const bytes = bytesOf(file);
    for (let end = 0; end < Math.min(400, bytes.length); end++) readHeader(bytes.subarray(0, end), "");
    for (let seed = 1; seed <= 100; seed++) {
      const spoilt = bytes.slice(0, 4096);
      const changes = noise(20, seed);
      for (let k = 0; k < 20; k += 2) spoilt[(changes[k]! * 7) % Math.min(spoilt.length, 300)] = changes[k + 1]!;
      readHeader(spoilt, "");
    }
  }
});

test("every turn of EXIF brings the stored pixels upright, strip by strip", async () => {
  const [width, height] = [7, 5];
  const stored = Uint32Array.from({ length: width * height }, (_, at) => at + 1);
  const read = async (x: number, y: number, across: number, down: number): Promise<Uint8Array> => {
    const part = new Uint32Array(across * down);
    for (let at = 0; at < part.length; at++) part[at] = stored[(y + Math.floor(at / across)) * width + x + (at % across)]!;
    return new Uint8Array(part.buffer);
  };
  // Where the upright pixel (x, y) is stored: Exif 2.32, tag 0x0112, "the 0th row is … and the 0th column is …".
  const source: Record<number, (x: number, y: number) => [number, number]> = {
    1: (x, y) => [x, y],
    2: (x, y) => [width - 1 - x, y],
    3: (x, y) => [width - 1 - x, height - 1 - y],
    4: (x, y) => [x, height - 1 - y],
    5: (x, y) => [y, x],
    6: (x, y) => [y, height - 1 - x],
    7: (x, y) => [width - 1 - y, height - 1 - x],
    8: (x, y) => [width - 1 - y, x],
  };
  for (let orientation = 1; orientation <= 8; orientation++) {
    const [across, down] = orientation >= 5 ? [height, width] : [width, height];
    for (const count of [1, 2, down]) {
      for (let y = 0; y + count <= down; y += count) {
        const rows = await uprightRows(read, width, height, exifTurn(orientation), y, count);
        const seen = [...new Uint32Array(rows.buffer, rows.byteOffset, rows.length / 4)];
        const wanted = seen.map((_, at) => {
          const [sx, sy] = source[orientation]!(at % across, y + Math.floor(at / across));
          return stored[sy * width + sx];
        });
        assert.deepEqual(seen, wanted, `orientation ${orientation}, row ${y}`);
      }
    }
  }
});

test("the text to carry comes back as it went, and anything else is refused", () => {
  const value = "ab".repeat(32);
  const items: Item[] = [
    { media: "picture", hashes: [{ algorithm: "pdq", role: "whole", value, quality: 90 }, { algorithm: "pdq", role: "anchored", value, quality: 50 }] },
    { media: "video", hashes: [{ algorithm: "md5", role: "whole", value: value.slice(32) }, { algorithm: "sha256", role: "whole", value }] },
  ];
  assert.deepEqual(readCarried(carriedText(items)), items);
  assert.deepEqual(readCarried(JSON.stringify(items.map((item) => ({ ...item, kind: "intimate" })))), items);
  const spoilt = (change: (carried: any) => void): string => {
    const carried = JSON.parse(carriedText(items));
    change(carried);
    return JSON.stringify(carried);
  };
  for (const text of [
    "", "hello", "[]", "null", "{}", carriedText([]),
    spoilt((carried) => (carried.repit = "hashes 2")),
    spoilt((carried) => (carried.items[0].media = "person")),
    spoilt((carried) => (carried.items[0].hashes = [])),
    spoilt((carried) => (carried.items[0].hashes[0].value = value.toUpperCase())),
    spoilt((carried) => (carried.items[0].hashes[0].value = value.slice(2))),
    spoilt((carried) => (carried.items[0].hashes[0].quality = 101)),
    spoilt((carried) => delete carried.items[0].hashes[0].quality),
    spoilt((carried) => (carried.items[1].hashes[0].quality = 90)),
    spoilt((carried) => (carried.items[1].hashes[1].role = "anchored")),
    spoilt((carried) => (carried.items[1].hashes[1].algorithm = "sha1")),
  ]) {
    assert.equal(readCarried(text), null, text);
  }
});

const started = (text: string, length = 64): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at < text.length ? text.charCodeAt(at) : 0));

for (const { file } of published) {
  test(`${file} is sure where everything decodes it alike, and goes with its digests where not`, () => {
    const bytes = bytesOf(file);
    const plain = ["rgb.png", "grey.png", "grey-16.png", "one-bit.png", "palette.png", "rgb.jpg", "exif-6.jpg", "exif-6.png"];
    assert.equal(mayDiffer(bytes, readHeader(bytes, "")), !plain.includes(file));
    assert.equal(mayMove(bytes, readHeader(bytes, "")), file.endsWith(".gif"));
  });
}

/** A PNG's first chunks, without sums, which nothing here reads. */
function png(...chunks: readonly (readonly [string, readonly number[]])[]): Uint8Array {
  const all: (readonly [string, readonly number[]])[] = [["IHDR", [0, 0, 0, 9, 0, 0, 0, 9, 8, 2, 0, 0, 0]], ...chunks, ["IDAT", [0]]];
  const bytes = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10];
  for (const [name, body] of all) {
    bytes.push(0, 0, body.length >> 8, body.length & 255, ...name.split("").map((each) => each.charCodeAt(0)), ...body, 0, 0, 0, 0);
  }
  return Uint8Array.from(bytes);
}

test("whatever a PNG says of its colours, its transparency or its frames makes it unsure", () => {
  const unsure = (bytes: Uint8Array): boolean => mayDiffer(bytes, readHeader(bytes, ""));
  assert.equal(unsure(png()), false);
  assert.equal(unsure(png(["sRGB", [0]], ["gAMA", [0, 0, 0xb1, 0x8f]], ["pHYs", [0, 0, 0, 1, 0, 0, 0, 1, 0]])), false);
  assert.equal(unsure(png(["gAMA", [0, 1, 0x86, 0xa0]])), true);
  for (const name of ["iCCP", "cICP", "cHRM", "tRNS", "acTL", "abCD"]) assert.equal(unsure(png([name, [0, 0, 0, 0, 0, 0, 0, 0]])), true, name);
  assert.equal(mayMove(png(["acTL", [0, 0, 0, 2, 0, 0, 0, 0]]), readHeader(png(), "")), true);
  assert.equal(unsure(png().subarray(0, 40)), true);
});

test("a profile is usual that all readers take alike, and no other", () => {
  const profile = (change: (bytes: Uint8Array, view: DataView) => void): Uint8Array => {
    const body = new Uint8Array(160);
    const view = new DataView(body.buffer);
    view.setUint32(0, body.length);
    body[8] = 4;
    body.set(started("mntrRGB XYZ ", 12), 12);
    view.setUint32(128, 1);
    body.set(started("rTRC", 4), 132);
    change(body, view);
    const head = [0xff, 0xd8, 0xff, 0xe2, 0, body.length + 16, ...started("ICC_PROFILE\0", 12), 1, 1];
    const frame = [0xff, 0xc0, 0, 17, 8, 0, 9, 0, 9, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
    return Uint8Array.from([...head, ...body, ...frame, 0xff, 0xda, 0, 12, ...new Array<number>(20).fill(0)]);
  };
  const unsure = (change: (bytes: Uint8Array, view: DataView) => void): boolean => {
    const bytes = profile(change);
    return mayDiffer(bytes, readHeader(bytes, ""));
  };
  assert.equal(unsure(nothing), false);
  assert.equal(unsure((_, view) => view.setUint32(0, 170)), true);
  assert.equal(unsure((bytes) => (bytes[8] = 5)), true);
  assert.equal(unsure((bytes) => bytes.set(started("link", 4), 12)), true);
  assert.equal(unsure((bytes) => bytes.set(started("A2B0", 4), 132)), true);
});

test("an AVIF is one whatever brand it bears first", () => {
  for (const major of ["avif", "avis", "miaf", "isom", "MA1B", "mif2", "heic", "mp42"]) {
    const bytes = started(`\0\0\0\x1cftyp${major}\0\0\0\0mif1avif`);
    assert.equal(readHeader(bytes, "").format, "avif", major);
    assert.equal(mayDiffer(bytes, readHeader(bytes, "")), true);
  }
  assert.equal(readHeader(started("\0\0\0\x18ftypisom\0\0\0\0mif1heic"), "").format, "heic");
  assert.equal(readHeader(started("\0\0\x01\0\x01\0"), "").format, "ico");
});
