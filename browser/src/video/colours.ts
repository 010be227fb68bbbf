/**
 * The luma of a decoded frame that a browser hands out as colours only, as Firefox does, and others do with what their hardware
 * decoded: worked out again by the matrix that they were worked out with. It lies within rounding of the stored one, a hash of it
 * within a few bits.
 *
 * In: WebCodecs' VideoFrame. Out: `Read`. Next: `moments`.
 */

import type { Room } from "../turn.ts";
import { copied, NoLuma, undone, type Read } from "./luma.ts";
import type { Luma } from "./rows.ts";
import { stepOf } from "./thumb.ts";

/** Weights of red and blue (ITU-R BT.709, BT.601, BT.2020), in 1/65536. */
const WEIGHTS: Readonly<Record<string, readonly [number, number]>> = {
  bt709: [13_933, 4732],
  bt470bg: [19_595, 7471],
  smpte170m: [19_595, 7471],
  "bt2020-ncl": [17_216, 3886],
};
const UNIT = 65_536;
const ORDINARY = { format: "RGBA", colorSpace: "srgb" };

/** How a frame's colours become its luma. */
interface Colours {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly stride: number;
  /** Of the three bytes of a pixel, in 1/65536. */
  readonly weights: readonly [number, number, number];
  readonly limited: boolean;
  readonly transfer: string | null;
}

/** Rejects with `NoLuma` where the frame has no colours to give either. */
export async function readColours(frame: VideoFrame, room: Room): Promise<Read> {
  const order = /^(RGB|BGR)[AX]$/.exec(frame.format ?? "");
  const rect = frame.visibleRect;
  if (rect === null) throw new NoLuma();
  const { width, height } = rect;
  const { fullRange, transfer, matrix } = frame.colorSpace as { fullRange: boolean | null; transfer: string | null; matrix: string | null };
  // In whatever other form the frame is, the browser is asked for ordinary colours, with no curve left to undo.
  const options = order === null ? ({ rect, ...ORDINARY } as VideoFrameCopyToOptions) : { rect };
  const target = room(sizeOf(frame, options));
  const { offset, stride } = await copied(frame, target, options);
  const [red, blue] = WEIGHTS[matrix ?? ""] ?? WEIGHTS["bt709"]!;
  const [first, last] = order?.[1] === "BGR" ? [blue, red] : [red, blue];
  const weights = [first, UNIT - red - blue, last] as const;
  const colours: Colours = {
    bytes: target.subarray(offset),
    stride,
    weights,
    limited: fullRange !== true,
    transfer: order === null ? null : transfer,
  };
  const step = stepOf(width, height);
  let whole: Luma | null = null;
  return {
    limited: colours.limited,
    // Most frames are only told from one another: few of their pixels are worked out.
    get luma() {
      return (whole ??= lumaOf(colours, width, height, 1));
    },
    sparse: lumaOf(colours, width, height, step),
  };
}

function sizeOf(frame: VideoFrame, options: VideoFrameCopyToOptions): number {
  try {
    return frame.allocationSize(options);
  } catch {
    throw new NoLuma();
  }
}

/** Of every `step`-th pixel of every `step`-th row, as a thumbnail reads them. */
function lumaOf({ bytes, stride, weights, limited, transfer }: Colours, width: number, height: number, step: number): Luma {
  const start = step >> 1;
  const [across, down] = [width, height].map((side) => Math.floor((side - start + step - 1) / step)) as [number, number];
  const levels = new Uint8Array(across * down);
  const [black, scale] = limited ? [16.5, 219 / (255 * UNIT)] : [0.5, 1 / UNIT];
  const [a, b, c] = weights;
  for (let y = 0, to = 0; y < down; y++) {
    for (let x = 0, at = (start + y * step) * stride + 4 * start; x < across; x++, at += 4 * step, to++) {
      levels[to] = black + scale * (a * bytes[at]! + b * bytes[at + 1]! + c * bytes[at + 2]!);
    }
  }
  return undone({ width: across, height: down, bytes: levels, stride: across, levels: null }, transfer, limited);
}
