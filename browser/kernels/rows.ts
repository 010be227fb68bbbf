/**
 * Rows of pixels, four at a time (AssemblyScript, WebAssembly's 128-bit lanes).
 *
 * In: addresses in this module's memory. Out: the same. Next: `src/kernel-rows.ts` lays the memory out and calls these; their
 * twin, which shares no code with them, is `src/samples.ts` and `src/plane.ts`. Each product and each sum is rounded as there, in
 * the same order. What a row's last four go beyond its end is room that nobody reads.
 */

/** `width` pixels of straight RGBA to luma, on white, and that in 1/256 of a level. */
export function lumas(pixels: usize, width: i32, luma: usize, levels: usize): void {
  const byte = i32x4.splat(255);
  const red = f32x4.splat(0.299);
  const green = f32x4.splat(0.587);
  const blue = f32x4.splat(0.114);
  const steps = f32x4.splat(256);
  const half = f32x4.splat(0.5);
  const none = i32x4.splat(0);
  const most = i32x4.splat(65_280);
  for (let x = 0; x < width; x += 4) {
    const four = v128.load(pixels);
    let r = v128.and(four, byte);
    let g = v128.and(i32x4.shr_u(four, 8), byte);
    let b = v128.and(i32x4.shr_u(four, 16), byte);
    const alpha = i32x4.shr_u(four, 24);
    if (!i32x4.all_true(i32x4.eq(alpha, byte))) {
      const white = i32x4.add(i32x4.mul(byte, i32x4.sub(byte, alpha)), i32x4.splat(127));
      r = by255(i32x4.add(i32x4.mul(r, alpha), white));
      g = by255(i32x4.add(i32x4.mul(g, alpha), white));
      b = by255(i32x4.add(i32x4.mul(b, alpha), white));
    }
    const reds = f32x4.mul(red, f32x4.convert_i32x4_s(r));
    const greens = f32x4.mul(green, f32x4.convert_i32x4_s(g));
    const blues = f32x4.mul(blue, f32x4.convert_i32x4_s(b));
    const seen = f32x4.add(f32x4.add(reds, greens), blues);
    v128.store(luma, seen);
    const level = i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(seen, steps), half));
    v128.store(levels, i32x4.min_s(i32x4.max_s(level, none), most));
    pixels += 16;
    luma += 16;
    levels += 16;
  }
}

/** `width` bytes of luma to floats, and to 1/256 of a level. */
export function bytes(from: usize, width: i32, luma: usize, levels: usize): void {
  for (let x = 0; x < width; x += 8) {
    const eight = v128.load8x8_u(from);
    half(i32x4.extend_low_i16x8_u(eight), luma, levels);
    half(i32x4.extend_high_i16x8_u(eight), luma + 16, levels + 16);
    from += 8;
    luma += 32;
    levels += 32;
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function half(four: v128, luma: usize, levels: usize): void {
  v128.store(luma, f32x4.convert_i32x4_s(four));
  v128.store(levels, i32x4.shl(four, 8));
}

/** `width` samples of 16 bits to the floats that a table has for them, and to 1/256 of a level. */
export function words(from: usize, width: i32, table: usize, last: i32, luma: usize, levels: usize): void {
  for (let x = 0; x < width; x++) {
    const value = min(load<u16>(from) as i32, last);
    const seen = load<f32>(table + ((value as usize) << 2));
    store<f32>(luma, seen);
    store<i32>(levels, min(max((seen * 256 + 0.5) as i32, 0), 65_280));
    from += 2;
    luma += 4;
    levels += 4;
  }
}

/** Exact for 0 to 65,535. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function by255(n: v128): v128 {
  return i32x4.shr_u(i32x4.mul(n, i32x4.splat(32_897)), 23);
}

/** `sums` + `scale` · `row`, float32. */
export function addScaled(sums: usize, row: usize, width: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  for (let x = 0; x < width; x += 4) {
    v128.store(sums, f32x4.add(v128.load(sums), f32x4.mul(factor, v128.load(row))));
    sums += 16;
    row += 16;
  }
}

/** `line` + `weight` · `levels`, below 2³². */
export function addWeighted(line: usize, levels: usize, width: i32, weight: i32): void {
  const factor = i32x4.splat(weight);
  for (let x = 0; x < width; x += 4) {
    v128.store(line, i32x4.add(v128.load(line), i32x4.mul(factor, v128.load(levels))));
    line += 16;
    levels += 16;
  }
}

/** One of the 64 × 64 samples from each of 64 strips: `count` columns from `first` on; every sum ascending, float32. */
export function column(strips: usize, stride: i32, first: i32, weights: usize, count: i32, samples: usize): void {
  for (let y = 0; y < 64; y += 4) {
    let at = strips + (((y * stride + first) as usize) << 2);
    const row = (stride as usize) << 2;
    let weight = weights;
    let total = f32x4.splat(0);
    for (let x = 0; x < count; x++) {
      let four = f32x4.splat(load<f32>(at));
      four = f32x4.replace_lane(four, 1, load<f32>(at + row));
      four = f32x4.replace_lane(four, 2, load<f32>(at + 2 * row));
      four = f32x4.replace_lane(four, 3, load<f32>(at + 3 * row));
      total = f32x4.add(total, f32x4.mul(f32x4.splat(load<f32>(weight)), four));
      at += 4;
      weight += 4;
    }
    store<f32>(samples, f32x4.extract_lane(total, 0));
    store<f32>(samples + 256, f32x4.extract_lane(total, 1));
    store<f32>(samples + 512, f32x4.extract_lane(total, 2));
    store<f32>(samples + 768, f32x4.extract_lane(total, 3));
    samples += 1024;
  }
}
