/**
 * A shown frame's colours through a canvas, and the luma of them: what is left where a browser hands out no frame's own luma.
 *
 * In: a bitmap, which is closed. Out: straight RGBA; `Luma`, up to 8 bits of 256 off the stored one. Next: `moments`.
 */

import { rgbaRows } from "../samples.ts";
import type { Luma } from "./rows.ts";

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray;
}

let canvas: OffscreenCanvas | null = null;

/** Null where this browser has no canvas here. */
export function pixelsOf(bitmap: ImageBitmap): Pixels | null {
  const { width, height } = bitmap;
  try {
    if (typeof OffscreenCanvas === "undefined") return null;
    if (canvas?.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
    if (context === null) return null;
    context.drawImage(bitmap, 0, 0);
    return { width, height, rgba: context.getImageData(0, 0, width, height, { colorSpace: "srgb" }).data };
  } finally {
    bitmap.close();
  }
}

/** Rounded to whole levels. */
export function lumaOf({ width, height, rgba }: Pixels): Luma {
  const bytes = new Uint8Array(width * height);
  const read = rgbaRows(rgba, width);
  const row = new Float32Array(width);
  for (let y = 0; y < height; y++) {
    read(y, row);
    for (let x = 0; x < width; x++) bytes[y * width + x] = Math.round(row[x]!);
  }
  return { width, height, bytes, stride: width, levels: null };
}
