/** The vectors that the engine and the browser package share, from the browser's side. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { distance, toHex } from "../src/hash.ts";
import { hashLumaOrientations, hashRgba, hashRgbaOrientations, ORIENTATIONS, type Oriented } from "../src/pdq.ts";
import { QUARTER_WAVE } from "../src/tables.ts";
import { noise, plane, rgba, type Recipe } from "./made.ts";

const load = (name: string) => JSON.parse(readFileSync(new URL(`../../conformance/${name}`, import.meta.url), "utf8"));
const pdq = load("pdq.json");
const search = load("search.json");

interface Original {
  width: number;
  height: number;
  shrink: number;
  partial_first_column: boolean;
  partial_first_row: boolean;
}

function oriented(recipe: Recipe, original?: Original): Oriented {
  const result = hashLumaOrientations(plane(recipe), recipe.width, recipe.height, {
    width: original?.width ?? recipe.width,
    height: original?.height ?? recipe.height,
    shrink: original?.shrink ?? 1,
    partialFirstColumn: original?.partial_first_column ?? false,
    partialFirstRow: original?.partial_first_row ?? false,
  });
  assert.ok("hashes" in result);
  return result;
}

test("the cosines have the published bits", () => {
  assert.deepEqual(Array.from(QUARTER_WAVE, (word) => word.toString(16).padStart(8, "0")), pdq.quarter_wave);
});

test("the orientations come in the published order", () => {
  assert.deepEqual([...ORIENTATIONS], pdq.orientations);
});

for (const { luma, hashes, quality } of pdq.luma) {
  test(`${luma.make} of ${luma.width} × ${luma.height}, seed ${luma.seed}, hashes as the engine's`, () => {
    const result = oriented(luma);
    assert.deepEqual(result.hashes.map(toHex), hashes);
    assert.equal(result.quality, quality);
  });
}

for (const { luma, original, hashes, quality } of pdq.shrunk) {
  test(`a luma shrunk by ${original.shrink} from ${original.width} × ${original.height} hashes as the engine's`, () => {
    const result = oriented(luma, original);
    assert.deepEqual(result.hashes.map(toHex), hashes);
    assert.equal(result.quality, quality);
  });
}

for (const { rgba: recipe, hash, quality } of pdq.rgba) {
  test(`RGBA of ${recipe.width} × ${recipe.height}, alpha ${recipe.alpha}, hashes as the engine's`, () => {
    const pixels = rgba(recipe);
    const result = hashRgba(pixels, recipe.width, recipe.height);
    assert.ok(result.kind === "hashed");
    assert.equal(toHex(result.hash), hash);
    assert.equal(result.quality, quality);
    const eight = hashRgbaOrientations(pixels, recipe.width, recipe.height);
    assert.ok("hashes" in eight);
    assert.equal(toHex(eight.hashes[0]!), hash);
  });
}

test("rectangles, cut out, hash as the engine's", () => {
  const { luma, rectangles, hashes, quality } = pdq.rectangles;
  const pixels = plane(luma);
  rectangles.forEach(([left, top, right, bottom]: [number, number, number, number], index: number) => {
    const width = right - left;
    const cut = new Uint8Array(width * (bottom - top));
    for (let y = top; y < bottom; y++) {
      cut.set(pixels.subarray(y * luma.width + left, y * luma.width + right), (y - top) * width);
    }
    const result = hashLumaOrientations(cut, width, bottom - top);
    assert.ok("hashes" in result);
    assert.deepEqual(result.hashes.map(toHex), hashes[index]);
    assert.equal(result.quality, quality[index]);
  });
});

test("distances find what the engine finds", () => {
  const rows = (bytes: Uint8Array): Uint8Array[] =>
    Array.from({ length: bytes.length / 32 }, (_, row) => bytes.slice(32 * row, 32 * row + 32));
  const bank = rows(noise(32 * search.bank.noise.count, search.bank.noise.seed));
  const queries = rows(noise(32 * search.queries.noise.count, search.queries.noise.seed));
  for (let apart = 0; apart < search.bank.planted; apart++) {
    const planted = queries[apart % queries.length]!.slice();
    for (let bit = 0; bit < apart; bit++) planted[bit >> 3]! ^= 128 >> (bit & 7);
    bank[apart] = planted;
  }
  for (const { radius, results } of search.answers) {
    const found = queries.map((query) =>
      bank
        .map((hash, row): [number, number] => [distance(query, hash), 7 * row + 3])
        .filter(([apart]) => apart <= radius)
        .sort(([a, i], [b, j]) => a - b || i - j),
    );
    assert.deepEqual(found, results);
  }
});
