/**
 * Levels of samples with more than eight bits, and of footage in high dynamic range, whose curve is undone: a copy in ordinary
 * range would otherwise lie 20 bits off (docs/en/moments.md).
 *
 * In: bits, the transfer that the frame names, its range. Out: one level of 0 to 255 a value, or null where the value is the
 * level. Next: `luma`. The engine's twin: `repit_engine.video.curves`.
 */

import { CURVES } from "./curve-tables.ts";

export type Bits = 8 | 10 | 12;

const known = new Map<string, Float32Array<ArrayBuffer>>();

export function levelsOf(bits: Bits, transfer: string | null, limited: boolean): Float32Array<ArrayBuffer> | null {
  const curve = transfer === "pq" || transfer === "hlg" ? (`${transfer}-${limited ? "limited" : "full"}` as const) : null;
  if (bits === 8 && curve === null) return null;
  const key = `${bits} ${curve ?? ""}`;
  const table = known.get(key) ?? made(bits, curve);
  known.set(key, table);
  return table;
}

function made(bits: Bits, curve: keyof typeof CURVES | null): Float32Array<ArrayBuffer> {
  const undone = curve === null ? null : curveTable(curve);
  return Float32Array.from({ length: 1 << bits }, (_, value) => {
    if (undone === null) return value / (1 << (bits - 8));
    return undone[bits === 8 ? value << 2 : value >> (bits - 10)]! / 4;
  });
}

/** Of each sample of ten bits, what ordinary footage would have stored, in ten bits. */
export function curveTable(curve: keyof typeof CURVES): number[] {
  const [first, steps] = CURVES[curve];
  let value = first;
  return Array.from(steps, (step) => (value += Number.parseInt(step, 36)));
}
