/**
 * What a file is, from its first bytes: picture, video or other; a picture's stored size and how it is to be turned.
 *
 * In: the first bytes of a file. Out: `Header`. Next: `decode` refuses what is too large before anything is decoded, and
 * turns what it decodes itself. The names are those of the engine's `picture.formats`.
 */

export type Format = "jpeg" | "png" | "gif" | "webp" | "bmp" | "tiff" | "heic" | "avif" | "ico";

export interface Header {
  readonly media: "picture" | "video" | "file";
  readonly format: Format | null;
  /** As stored, before any turn; null where the header does not say or was not reached. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** EXIF orientation, 1 to 8, of JPEG and PNG; 1 where there is none. */
  readonly orientation: number;
}

/** As much of a file as `readHeader` needs; a JPEG states its size after profiles and previews. */
export const HEADER_BYTES = 1 << 20;

export function readHeader(bytes: Uint8Array, type: string): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const format = formatOf(bytes);
  if (format === null) return { media: otherMedia(bytes, type), format, size: null, orientation: 1 };
  try {
    if (format === "jpeg") return { media: "picture", format, ...jpeg(view) };
    if (format === "png") return { media: "picture", format, ...png(view) };
    return { media: "picture", format, size: plainSize(format, view), orientation: 1 };
  } catch {
    // A RangeError: the header points beyond what was read. The decoder will have its own word on the file.
    return { media: "picture", format, size: null, orientation: 1 };
  }
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

function formatOf(bytes: Uint8Array): Format | null {
  const start = text(bytes, 0, 12);
  if (start.startsWith("\xff\xd8\xff")) return "jpeg";
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) return "gif";
  if (start.startsWith("RIFF") && start.slice(8) === "WEBP") return "webp";
  if (start.startsWith("BM")) return "bmp";
  if (start.startsWith("II*\0") || start.startsWith("MM\0*")) return "tiff";
  if (start.startsWith("\0\0\x01\0") || start.startsWith("\0\0\x02\0")) return "ico";
  return start.slice(4, 8) === "ftyp" ? fromBrands(bytes) : null;
}

const HEIC = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"];

/** Browsers show an AVIF whatever its major brand is, if it says avif among the others. */
function fromBrands(bytes: Uint8Array): Format | null {
  const brands = brandsOf(bytes);
  if (brands.includes("avif") || brands.includes("avis")) return "avif";
  return brands.some((brand) => HEIC.includes(brand)) ? "heic" : null;
}

/** The brands of an ISO media file, the major one first. */
export function brandsOf(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = Math.min(bytes.length, bytes.length >= 4 ? view.getUint32(0) : 0, 1024);
  const brands = bytes.length >= 12 ? [text(bytes, 8, 12)] : [];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(text(bytes, at, at + 4));
  return brands;
}

/** What an ISO media file, or QuickTime, may begin with. */
const BOXES = ["ftyp", "moov", "mdat", "moof", "styp", "wide"];
const VIDEO_STARTS = ["\x1aE\xdf\xa3", "\0\0\x01\xba", "\0\0\x01\xb3", "OggS", "FLV", "DKIF", "\x30\x26\xb2\x75"];
/** An MPEG transport stream: what its packets begin with, and how long they are, the longer with four bytes of time before each. */
const SYNC = 0x47;
const PACKETS = [188, 192];

function otherMedia(bytes: Uint8Array, type: string): "video" | "file" | "picture" {
  const start = text(bytes, 0, 12);
  if (BOXES.includes(start.slice(4, 8)) || start.slice(8) === "AVI ") return "video";
  if (PACKETS.some((size) => bytes[size - 188] === SYNC && bytes[2 * size - 188] === SYNC)) return "video";
  if (VIDEO_STARTS.some((each) => start.startsWith(each)) || type.startsWith("video/")) return "video";
  return type.startsWith("image/") ? "picture" : "file";
}

function jpeg(view: DataView): Pick<Header, "size" | "orientation"> {
  let orientation = 1;
  let at = 2;
  for (;;) {
    while (view.getUint8(at) === 0xff && view.getUint8(at + 1) === 0xff) at += 1;
    if (view.getUint8(at) !== 0xff) return { size: null, orientation };
    const marker = view.getUint8(at + 1);
    const length = view.getUint16(at + 2);
    if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966 && orientation === 1) {
      orientation = tiffOrientation(view, at + 10, at + 2 + length);
    }
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return { size: { height: view.getUint16(at + 5), width: view.getUint16(at + 7) }, orientation };
    if (marker === 0xda || marker === 0xd9) return { size: null, orientation };
    at += 2 + length;
  }
}

function png(view: DataView): Pick<Header, "size" | "orientation"> {
  const size = { width: view.getUint32(16), height: view.getUint32(20) };
  for (let at = 8; at + 8 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const name = view.getUint32(at + 4);
    if (name === 0x65584966) return { size, orientation: tiffOrientation(view, at + 8, at + 8 + view.getUint32(at)) };
    if (name === 0x49454e44) break;
  }
  return { size, orientation: 1 };
}

/** Tag 0x0112 of the first directory of a TIFF block (Exif 2.32); 1 where it is not there or makes no sense. */
function tiffOrientation(view: DataView, start: number, end: number): number {
  if (start + 8 > Math.min(end, view.byteLength)) return 1;
  const little = view.getUint16(start) === 0x4949;
  const directory = start + view.getUint32(start + 4, little);
  if (directory + 2 > Math.min(end, view.byteLength)) return 1;
  const entries = view.getUint16(directory, little);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + 12 * entry;
    if (at + 12 > Math.min(end, view.byteLength)) return 1;
    if (view.getUint16(at, little) !== 0x0112) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

function plainSize(format: Format, view: DataView): Header["size"] {
  if (format === "gif") return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  if (format === "bmp") {
    return { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) };
  }
  if (format !== "webp") return null;
  const chunk = view.getUint32(12);
  if (chunk === 0x56503858) {
    const three = (at: number): number => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
    return { width: 1 + three(24), height: 1 + three(27) };
  }
  if (chunk === 0x5650384c) {
    const packed = view.getUint32(21, true);
    return { width: 1 + (packed & 0x3fff), height: 1 + ((packed >>> 14) & 0x3fff) };
  }
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}
