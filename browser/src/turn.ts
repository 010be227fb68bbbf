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

/** Gives room for so many bytes. */
export type Room = (bytes: number) => Uint8Array<ArrayBuffer>;

const anywhere: Room = (bytes) => new Uint8Array(bytes);

/** The same room again and again, as large as was ever asked for. */
export function reused(): Room {
  let room = new Uint8Array(0);
  return (bytes) => {
    if (bytes > room.length) room = new Uint8Array(bytes);
    return room.subarray(0, bytes);
  };
}

/** Reads a rectangle of stored pixels as straight RGBA without padding. */
export type ReadRectangle = (
  x: number,
  y: number,
  width: number,
  height: number,
  room: Room,
) => Promise<Uint8Array | Uint8ClampedArray>;

/** Columns turned at once: what they are read from stays in a processor's nearest memory. */
const BLOCK = 16;

/** `rows` upright rows from row `y` on, of stored pixels of `width` × `height`. `unturned`: where pixels lie before they are turned. */
export async function uprightRows(
  read: ReadRectangle,
  width: number,
  height: number,
  { rotation, flip }: Turn,
  y: number,
  rows: number,
  room: Room = anywhere,
  unturned: Room = anywhere,
): Promise<Uint8Array | Uint8ClampedArray> {
  if (rotation === 0 && !flip) return read(0, y, width, rows, room);
  const lying = rotation === 90 || rotation === 270;
  // Where the strip begins in the stored pixels: along its height, or along its width if the picture lies on its side.
  const start = rotation === 0 || rotation === 90 ? y : (lying ? width : height) - y - rows;
  const stored = lying ? await read(start, 0, rows, height, unturned) : await read(0, start, width, rows, unturned);
  const from = new Uint32Array(stored.buffer, stored.byteOffset, stored.length / 4);
  const across = lying ? height : width;
  // Where a column's pixels are stored: in a row of their own if the picture lies on its side.
  const places = Int32Array.from({ length: across }, (_, column) => {
    const place = flip ? across - 1 - column : column;
    // A quarter turn clockwise brings the last stored row to the left, a half turn the last column.
    const along = rotation === 90 || rotation === 180 ? across - 1 - place : place;
    return lying ? along * rows : along;
  });
  const upright = room(4 * across * rows);
  const strip = new Uint32Array(upright.buffer, upright.byteOffset, across * rows);
  const step = lying ? 1 : across;
  for (let left = 0; left < across; left += BLOCK) {
    const right = Math.min(left + BLOCK, across);
    for (let row = 0; row < rows; row++) {
      const line = step * (rotation === 0 || rotation === 90 ? row : rows - 1 - row);
      for (let column = left; column < right; column++) strip[row * across + column] = from[places[column]! + line]!;
    }
  }
  return upright;
}
