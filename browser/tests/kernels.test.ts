/** The kernels and plain script, which share no code: the same bits of everything, and of the engine's vectors. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { compileKernels } from "../compile-kernels.mjs";
import { extrema } from "../src/blobs.ts";
import { familyOfLuma, familyOfRgba } from "../src/family.ts";
import { toHex } from "../src/hash.ts";
import { KernelRows } from "../src/kernel-rows.ts";
import { Kernels } from "../src/kernels.ts";
import { PlainRows } from "../src/rows.ts";
import { noise, plane, rgba } from "./made.ts";

const bytes = await compileKernels();
const kernels = Kernels.open(bytes);
assert.ok(kernels !== null);
const vectors = JSON.parse(readFileSync(new URL("../../conformance/anchors.json", import.meta.url), "utf8"));
const MAKES = ["noise", "waves", "clouds", "posters", "discs", "plaid"] as const;

test("the kernels compile to the same bytes again", async () => {
  assert.deepEqual(await compileKernels(), bytes);
});

for (const { luma, rgba: coloured, stop, hashes } of vectors.families.filter((each: { stop?: unknown }) => !each.stop)) {
  const { make, height, width, seed } = luma ?? coloured;
  test(`with kernels too, ${make} of ${width} × ${height}, seed ${seed}, has the engine's family`, () => {
    assert.ok(!stop);
    const family = luma
      ? familyOfLuma(plane(luma), width, height, null, kernels)
      : familyOfRgba(rgba(coloured), width, height, null, kernels);
    assert.ok(family.kind === "family");
    assert.deepEqual([family.whole, ...family.anchored].map(({ hash }) => toHex(hash)), hashes);
  });
}

for (let seed = 1; seed <= 40; seed++) {
  const width = 5 + ((seed * 37) % 190) + (seed % 5 === 0 ? 700 : 0);
  const height = 5 + ((seed * 53) % 170) + (seed % 7 === 0 ? 900 : 0);
  test(`samples, plane and blobs of ${width} × ${height} are those of plain script`, () => {
    // Every alpha there is, and pixels of which all, none and some of four are opaque.
    const pixels = rgba({ make: MAKES[seed % 6]!, height, width, seed, alpha: false });
    const alpha = noise(width * height, seed + 99);
    for (let at = 0; at < alpha.length; at++) if ((at >> 5) % 3 === seed % 3) pixels[4 * at + 3] = alpha[at]!;
    const plain = new PlainRows(width, height);
    const quick = new KernelRows(kernels, width, height);
    const strip = 1 + (seed % 60);
    for (let y = 0; y < height; y += strip) {
      const count = Math.min(strip, height - y);
      const rows = pixels.subarray(4 * width * y, 4 * width * (y + count));
      plain.rgba(rows, count);
      const room = quick.room(4 * width * strip);
      if (seed % 2) room.set(rows);
      quick.rgba(seed % 2 ? room.subarray(0, rows.length) : rows, count);
    }
    assert.deepEqual(quick.samples(), plain.samples());
    assert.deepEqual(quick.plane, plain.plane);
    const found = extrema(plain.plane);
    assert.deepEqual(extrema(quick.plane, kernels), found);
  });
}

test("the darkest and the brightest rows have the levels of plain script", () => {
  for (const value of [0, 1, 254, 255]) {
    const pixels = new Uint8Array(4 * 64 * 64).fill(value);
    const plain = new PlainRows(64, 64);
    const quick = new KernelRows(kernels, 64, 64);
    plain.rgba(pixels, 64);
    quick.rgba(pixels, 64);
    assert.deepEqual(quick.plane, plain.plane);
    assert.deepEqual(quick.samples(), plain.samples());
  }
});

test("a picture of a side too long for the kernels is hashed without them", () => {
  const pixels = noise(5 * 70_000, 4);
  assert.deepEqual(familyOfLuma(pixels, 70_000, 5, null, kernels), familyOfLuma(pixels, 70_000, 5));
});

test("without WebAssembly, and of bytes that are none, there are no kernels", () => {
  assert.equal(Kernels.open(bytes.slice(0, 100)), null);
  const { WebAssembly: whole } = globalThis;
  try {
    Reflect.deleteProperty(globalThis, "WebAssembly");
    assert.equal(Kernels.open(bytes), null);
  } finally {
    Object.defineProperty(globalThis, "WebAssembly", { value: whole, configurable: true, writable: true });
  }
});
