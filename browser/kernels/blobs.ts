/**
 * Blurs of a plane, their differences and peaks (AssemblyScript, WebAssembly's 128-bit lanes).
 *
 * In: addresses in this module's memory, of planes of int32, row-major, with room for three more values behind each. Out: the
 * same. Next: `src/kernel-blobs.ts` calls these; their twin, which shares no code with them, is `src/blobs.ts`.
 */

/** Down into `down`, then across into `to`, each rounded half up at 14 bits; beyond an edge the edge's value holds. */
export function blur(
  from: usize,
  down: usize,
  to: usize,
  padded: usize,
  width: i32,
  height: i32,
  weights: usize,
  reach: i32,
): void {
  const centre = i32x4.splat(load<i32>(weights));
  const half = i32x4.splat(8192);
  const row = (width as usize) << 2;
  for (let y = 0; y < height; y++) {
    for (let x: usize = 0; x < row; x += 16) {
      let sum = i32x4.add(i32x4.mul(centre, v128.load(from + (y as usize) * row + x)), half);
      for (let i = 1; i <= reach; i++) {
        const above = v128.load(from + (max(0, y - i) as usize) * row + x);
        const below = v128.load(from + (min(height - 1, y + i) as usize) * row + x);
        sum = i32x4.add(sum, i32x4.mul(v128.load32_splat(weights + ((i as usize) << 2)), i32x4.add(above, below)));
      }
      v128.store(down + (y as usize) * row + x, i32x4.shr_s(sum, 14));
    }
  }
  const side = (reach as usize) << 2;
  for (let y = 0; y < height; y++) {
    const line = down + (y as usize) * row;
    for (let i: usize = 0; i < side; i += 4) {
      store<i32>(padded + i, load<i32>(line));
      store<i32>(padded + side + row + i, load<i32>(line + row - 4));
    }
    memory.copy(padded + side, line, row);
    for (let x: usize = 0; x < row; x += 16) {
      const at = padded + side + x;
      let sum = i32x4.add(i32x4.mul(centre, v128.load(at)), half);
      for (let i: usize = 4; i <= side; i += 4) {
        sum = i32x4.add(sum, i32x4.mul(v128.load32_splat(weights + i), i32x4.add(v128.load(at - i), v128.load(at + i))));
      }
      v128.store(to + (y as usize) * row + x, i32x4.shr_s(sum, 14));
    }
  }
}

/** `wide` − `fine`. */
export function subtract(wide: usize, fine: usize, to: usize, count: i32): void {
  const end = to + ((count as usize) << 2);
  for (; to < end; to += 16) {
    v128.store(to, i32x4.sub(v128.load(wide), v128.load(fine)));
    wide += 16;
    fine += 16;
  }
}

/**
 * Where the middle one of three planes is at least `least`, and strictly above all 26 neighbours, or strictly below. Writes the
 * places in order; returns how many.
 */
export function peaks(
  below: usize,
  here: usize,
  above: usize,
  width: i32,
  height: i32,
  least: i32,
  found: usize,
): i32 {
  let count = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const place = (at as usize) << 2;
      const value = load<i32>(here + place);
      if (abs(value) < least) continue;
      const sign = value > 0 ? 1 : -1;
      if (!clear(below + place, width, sign, sign * value)) continue;
      if (!clear(above + place, width, sign, sign * value)) continue;
      store<i32>(here + place, value - sign);
      const peak = clear(here + place, width, sign, sign * value);
      store<i32>(here + place, value);
      if (!peak) continue;
      store<i32>(found + ((count as usize) << 2), at);
      count += 1;
    }
  }
  return count;
}

/** Whether a value stands strictly above nine; in its own plane the caller lowers it by one meanwhile. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function clear(middle: usize, width: i32, sign: i32, value: i32): bool {
  const row = (width as usize) << 2;
  for (let line = middle - row; line <= middle + row; line += row) {
    if (sign * load<i32>(line - 4) >= value) return false;
    if (sign * load<i32>(line) >= value) return false;
    if (sign * load<i32>(line + 4) >= value) return false;
  }
  return true;
}
