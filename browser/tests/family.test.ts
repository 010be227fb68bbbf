/** Families: the vectors that the engine wrote, from the browser's side. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { FAMILY_VERSION } from "../src/anchor-tables.ts";
import { FamilyBuilder, familyOfLuma, familyOfRgba, type Family } from "../src/family.ts";
import { distance, toHex, type NotHashable } from "../src/hash.ts";
import { readStopList, StopList } from "../src/stoplist.ts";
import { noise, plane, rgba } from "./made.ts";

const vectors = JSON.parse(readFileSync(new URL("../../conformance/anchors.json", import.meta.url), "utf8"));
const shipped = readFileSync(new URL("../../engine/src/repit_engine/stoplist.bin", import.meta.url));

const fromHex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g)!, (pair) => parseInt(pair, 16));

function asVector(family: Family | NotHashable): { hashes: string[]; qualities: number[] } {
  assert.ok(family.kind === "family");
  const all = [family.whole, ...family.anchored];
  return { hashes: all.map(({ hash }) => toHex(hash)), qualities: all.map(({ quality }) => quality) };
}

test("the family is of the version that the vectors are of", () => {
  assert.equal(FAMILY_VERSION, vectors.family);
});

for (const { luma, rgba: coloured, stop, radius, hashes, qualities } of vectors.families) {
  const { make, height, width, seed } = luma ?? coloured;
  test(`${make} of ${width} × ${height}, seed ${seed}${stop ? ", with a stop-list" : ""}, has the engine's family`, () => {
    const list = stop ? new StopList(Uint8Array.from(stop.flatMap((hex: string) => [...fromHex(hex)])), radius, "") : null;
    const family = luma
      ? familyOfLuma(plane(luma), width, height, list)
      : familyOfRgba(rgba(coloured), width, height, list);
    assert.deepEqual(asVector(family), { hashes, qualities });
  });
}

test("luma in float32 has the family of the same luma in bytes", () => {
  const pixels = plane({ make: "clouds", height: 300, width: 400, seed: 11 });
  assert.deepEqual(familyOfLuma(Float32Array.from(pixels), 400, 300), familyOfLuma(pixels, 400, 300));
});

test("a picture that comes in strips has the family of the same picture whole", () => {
  const pixels = rgba({ make: "clouds", height: 301, width: 233, seed: 12, alpha: true });
  const builder = new FamilyBuilder(233, 301);
  for (let y = 0; y < 301; y += 50) {
    const rows = Math.min(50, 301 - y);
    builder.rgba(pixels.subarray(4 * 233 * y, 4 * 233 * (y + rows)), rows);
  }
  const strips: Family = { kind: "family", whole: builder.whole(), anchored: builder.anchored(null) };
  assert.deepEqual(asVector(strips), asVector(familyOfRgba(pixels, 233, 301)));
});

test("what cannot be hashed is a reason", () => {
  assert.deepEqual(familyOfLuma(new Uint8Array(400), 4, 100), { kind: "not-hashable", reason: "too-small" });
  assert.deepEqual(familyOfRgba(new Uint8Array(399), 10, 10), { kind: "not-hashable", reason: "wrong-length" });
});

test("the engine's stop-list reads whole, and knows what is near it as a plain count of bits does", () => {
  const list = readStopList(shipped);
  const rows = Array.from({ length: list.hashes.length / 32 }, (_, row) => list.hashes.subarray(32 * row, 32 * row + 32));
  assert.ok(rows.length > 1000);
  assert.ok(list.near(rows[0]!) && list.near(rows.at(-1)!));
  for (let seed = 1; seed <= 20; seed++) {
    const asked = seed % 2 ? noise(32, seed) : rows[seed * 31]!.map((byte, at) => (at < 2 * seed ? byte ^ 0x5a : byte));
    assert.equal(list.near(asked), rows.some((row) => distance(row, asked) <= list.radius));
  }
});

test("a stop-list that is cut short is refused, not taken for a shorter one", () => {
  assert.throws(() => readStopList(shipped.subarray(0, -32)));
  assert.throws(() => readStopList(new Uint8Array(0)));
});
