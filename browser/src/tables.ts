/**
 * The constants of PDQ's cosine transform, as data: no side computes a cosine.
 *
 * In: nothing. Out: `DCT`, 16 × 64 float32, row-major. Next: `pdq`. The engine's `pdq_tables` holds the same patterns.
 */

/** IEEE 754 binary32 patterns of √(2/64) · cos(π m / 128) for m = 0 … 63. */
export const QUARTER_WAVE = new Uint32Array([
  0x3e3504f3,
  0x3e34f6fe,
  0x3e34cd21,
  0x3e348763,
  0x3e3425ce,
  0x3e33a872,
  0x3e330f61,
  0x3e325ab4,
  0x3e318a85,
  0x3e309ef6,
  0x3e2f982b,
  0x3e2e764c,
  0x3e2d3986,
  0x3e2be20a,
  0x3e2a700c,
  0x3e28e3c6,
  0x3e273d74,
  0x3e257d59,
  0x3e23a3b9,
  0x3e21b0dd,
  0x3e1fa512,
  0x3e1d80a8,
  0x3e1b43f5,
  0x3e18ef51,
  0x3e168317,
  0x3e13ffa8,
  0x3e116566,
  0x3e0eb4b9,
  0x3e0bee0a,
  0x3e0911c7,
  0x3e062061,
  0x3e031a4c,
  0x3e000000,
  0x3df9a3ed,
  0x3df3215c,
  0x3dec794d,
  0x3de5acc6,
  0x3ddebcd5,
  0x3dd7aa8b,
  0x3dd076ff,
  0x3dc9234e,
  0x3dc1b098,
  0x3dba2005,
  0x3db272bd,
  0x3daaa9f2,
  0x3da2c6d5,
  0x3d9aca9e,
  0x3d92b689,
  0x3d8a8bd4,
  0x3d824bc1,
  0x3d73ef2f,
  0x3d63213d,
  0x3d523045,
  0x3d411ee4,
  0x3d2fefbb,
  0x3d1ea570,
  0x3d0d42af,
  0x3cf7944a,
  0x3cd47d09,
  0x3cb14504,
  0x3c8df1a9,
  0x3c5510d4,
  0x3c0e1d7b,
  0x3b8e2871,
]);

/** Entry (i, j) is √(2/64) · cos(π (i + 1)(2j + 1) / 128), folded by the symmetries of the cosine. */
export const DCT: Float32Array = unfold();

function unfold(): Float32Array {
  const wave = new Float32Array(QUARTER_WAVE.buffer);
  const table = new Float32Array(16 * 64);
  for (let i = 0; i < 16; i++) {
    for (let j = 0; j < 64; j++) {
      let turn = ((i + 1) * (2 * j + 1)) % 256;
      if (turn > 128) turn = 256 - turn;
      table[i * 64 + j] = turn < 64 ? wave[turn]! : -wave[128 - turn]!;
    }
  }
  return table;
}
