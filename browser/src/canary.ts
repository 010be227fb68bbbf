/**
 * Whether this browser hands back the pixels that a picture holds: some alter them, so that pages cannot tell people apart by
 * them (Tor Browser, Brave, Firefox with fingerprinting protection). The hash would be wrong, and nothing would say so.
 *
 * In: nothing. Out: a small picture of noise and the pixels it must give. Next: `decode` compares before it trusts a way to
 * read pixels.
 */

/** Bytes that are given at once (W3C, Web Cryptography). */
const MOST_RANDOM = 65_536;

/** A 24-bit BMP file, which every browser reads, and its pixels as straight RGBA. `width`: a multiple of four. */
export function canary(width = 40, height = 30): { readonly file: Blob; readonly width: number; readonly height: number; readonly rgba: Uint8Array } {
  const stride = 3 * width;
  const file = new Uint8Array(54 + stride * height);
  const head = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  head.setUint32(2, file.length, true);
  head.setUint32(10, 54, true);
  head.setUint32(14, 40, true);
  head.setInt32(18, width, true);
  head.setInt32(22, -height, true); // negative: rows run from the top
  head.setUint16(26, 1, true);
  head.setUint16(28, 24, true);
  const rgba = new Uint8Array(4 * width * height);
  for (let at = 54; at < file.length; at += MOST_RANDOM) crypto.getRandomValues(file.subarray(at, at + MOST_RANDOM));
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = 54 + 3 * pixel;
    rgba.set([file[at + 2]!, file[at + 1]!, file[at]!, 255], 4 * pixel);
  }
  return { file: new Blob([file], { type: "image/bmp" }), width, height, rgba };
}
