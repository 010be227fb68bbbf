/**
 * Rows of an upright picture from pixels that are stored turned.
 *
 * In: a reader of rectangles of the stored pixels, how they are turned. Out: rows, top to bottom. Next: `decode`.
 */

/** A clockwise turn, then perhaps a mirroring left to right, bring the stored pixels upright (WebCodecs, VideoFrame). */
export interface Turn {
  readonly rotation: number;
  readonly flip: boolean;
}

/** By EXIF orientation, 1 to 8 (Exif 2.32, tag 0x0112). */
const EXIF: readonly Turn[] = [
  { rotation: 0, flip: false },
  { rotation: 0, flip: true },
  { rotation: 180, flip: false },
  { rotation: 180, flip: true },
  { rotation: 90, flip: true },
  { rotation: 90, flip: false },
  { rotation: 270, flip: true },
  { rotation: 270, flip: false },
];

export function exifTurn(orientation: number): Turn {
  return EXIF[orientation - 1] ?? EXIF[0]!;
}

/** Reads a rectangle of stored pixels as straight RGBA without padding. */
export type ReadRectangle = (x: number, y: number, width: number, height: number) => Promise<Uint8Array | Uint8ClampedArray>;

/** `rows` upright rows from row `y` on, of stored pixels of `width` × `height`. */
export async function uprightRows(
  read: ReadRectangle,
  width: number,
  height: number,
  { rotation, flip }: Turn,
  y: number,
  rows: number,
): Promise<Uint8Array | Uint8ClampedArray> {
  if (rotation === 0 && !flip) return read(0, y, width, rows);
  const lying = rotation === 90 || rotation === 270;
  // Where the strip begins in the stored pixels: along its height, or along its width if the picture lies on its side.
  const start = rotation === 0 || rotation === 90 ? y : (lying ? width : height) - y - rows;
  const stored = lying ? await read(start, 0, rows, height) : await read(0, start, width, rows);
  const from = new Uint32Array(stored.buffer, stored.byteOffset, stored.length / 4);
  const across = lying ? height : width;
  const strip = new Uint32Array(across * rows);
  for (let row = 0; row < rows; row++) {
    const line = rotation === 0 || rotation === 90 ? row : rows - 1 - row;
    for (let column = 0; column < across; column++) {
      const place = flip ? across - 1 - column : column;
      // A quarter turn clockwise brings the last stored row to the left, a half turn the last column.
      const along = rotation === 90 || rotation === 180 ? across - 1 - place : place;
      strip[row * across + column] = from[lying ? along * rows + line : line * across + along]!;
    }
  }
  return new Uint8Array(strip.buffer);
}
