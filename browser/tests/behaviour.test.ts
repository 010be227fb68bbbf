/** What pages may count on. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { hashLuma, hashLumaOrientations, hashRgba, hashSamples } from "../src/pdq.ts";
import { plane } from "./made.ts";

test("a side under five pixels is a reason, not a hash", () => {
  assert.deepEqual(hashLuma(new Uint8Array(400), 4, 100), { kind: "not-hashable", reason: "too-small" });
  assert.deepEqual(hashRgba(new Uint8Array(1600), 100, 4), { kind: "not-hashable", reason: "too-small" });
});

test("a buffer that does not fit its size is a reason, not a hash", () => {
  const wrong = { kind: "not-hashable", reason: "wrong-length" };
  assert.deepEqual(hashLuma(new Uint8Array(99), 10, 10), wrong);
  assert.deepEqual(hashRgba(new Uint8Array(300), 10, 10), wrong);
  assert.deepEqual(hashLumaOrientations(new Uint8Array(100), 10, 10, { width: 41, shrink: 4 }), wrong);
});

test("luma in float32 hashes like the same luma in bytes", () => {
  const pixels = plane({ make: "waves", height: 90, width: 130, seed: 5 });
  assert.deepEqual(hashLuma(Float32Array.from(pixels), 130, 90), hashLuma(pixels, 130, 90));
});

test("64 × 64 samples hash like the picture of that size", () => {
  const pixels = plane({ make: "waves", height: 64, width: 64, seed: 6 });
  assert.deepEqual(hashSamples(Float32Array.from(pixels)), hashLuma(pixels, 64, 64));
});
