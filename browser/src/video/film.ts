/**
 * A video file, opened: what its packets say, before any of it is decoded.
 *
 * In: a file. Out: `Film`: times in milliseconds from the first shown frame, packets in the order of decoding. Next: `decoding`.
 * The file is taken apart by mediabunny (MPL-2.0), with those of its formats that hold no code for networks.
 */

import { BlobSource, EncodedPacketSink, Input, MATROSKA, MP4, MPEG_TS, QTFF, WEBM, type EncodedPacket, type InputVideoTrack } from "mediabunny";

import { timesOf, type Packet as Ticking } from "./times.ts";
import { orientationOf, type Orientation } from "./turned.ts";

const FORMATS = [MP4, QTFF, MATROSKA, WEBM, MPEG_TS];
/** As many as the engine looks at: four and a half hours of 30 a second. What comes behind them is left out. */
const MOST_PACKETS = 500_000;
/** Packets that are looked at between two questions whether to go on. */
const ONCE = 256;

export interface Packet {
  /** Microseconds, no two alike: what the decoder gives back with the frame. */
  readonly stamp: number;
  /** From the first shown frame; null where the frame is never shown. */
  readonly ms: number | null;
  readonly key: boolean;
}

export interface Film {
  readonly config: VideoDecoderConfig;
  readonly turn: Orientation;
  /** In the order of decoding. */
  readonly packets: readonly Packet[];
  /** Milliseconds of all shown frames, ascending. */
  readonly times: readonly number[];
  readonly duration: number;
  /** Nothing of the file was left out. */
  readonly whole: boolean;
  /** Packets with their data, from that place in `packets` on, which is a key's. */
  from(place: number): AsyncGenerator<EncodedPacket, void, undefined>;
  close(): void;
}

interface Listed extends Ticking {
  readonly seconds: number;
  readonly key: boolean;
}

/** Null where it is no video that can be taken apart here. `going` is asked now and then, and stops by throwing. */
export async function openFilm(file: Blob, going: () => void): Promise<Film | null> {
  const input = new Input({ source: new BlobSource(file), formats: FORMATS });
  let film: Film | null = null;
  try {
    if (await input.canRead()) {
      const [track] = await input.getVideoTracks();
      film = track === undefined ? null : await filmOf(input, track, going);
    }
    return film;
  } finally {
    if (film === null) input.dispose();
  }
}

async function filmOf(input: Input, track: InputVideoTrack, going: () => void): Promise<Film | null> {
  const config = await track.getDecoderConfig();
  const sink = new EncodedPacketSink(track);
  const resolution = await track.getTimeResolution();
  const { listed, whole } = config === null ? { listed: [], whole: true } : await listOf(sink, resolution, going);
  const { ms, duration } = timesOf(listed, resolution, (await input.getFormat()) === MPEG_TS);
  const times = ms.filter((each) => each !== null).sort((a, b) => a - b);
  if (config === null || times.length === 0) return null;
  const stamps = new Set<number>();
  return {
    config: plain(config),
    turn: orientationOf(await track.getRotation(), await track.getFlip()),
    packets: listed.map(({ seconds, key }, place) => ({ stamp: stamped(seconds, stamps), ms: ms[place]!, key })),
    times,
    duration,
    whole,
    async *from(place) {
      const start = place === 0 ? undefined : await sink.getKeyPacket(listed[place]!.seconds);
      if (start !== null) yield* sink.packets(start);
    },
    close: () => input.dispose(),
  };
}

async function listOf(
  sink: EncodedPacketSink,
  resolution: number,
  going: () => void,
): Promise<{ readonly listed: readonly Listed[]; readonly whole: boolean }> {
  const listed: Listed[] = [];
  for await (const { timestamp, duration, type } of sink.packets(undefined, undefined, { metadataOnly: true })) {
    if (listed.length % ONCE === 0) going();
    if (listed.length === MOST_PACKETS) return { listed, whole: false };
    const ticks = Math.round(timestamp * resolution);
    // What lies before an edit list begins is decoded and never shown.
    listed.push({ seconds: timestamp, ticks, lasting: Math.round(duration * resolution), shown: ticks >= 0, key: type === "key" });
  }
  return { listed, whole: true };
}

/** Two packets of one time get two stamps. */
function stamped(seconds: number, before: Set<number>): number {
  let stamp = Math.round(seconds * 1e6);
  while (before.has(stamp)) stamp += 1;
  before.add(stamp);
  return stamp;
}

/** Without what would turn or stretch frames: they are wanted as they are stored. */
function plain({ codec, codedWidth, codedHeight, description, colorSpace }: VideoDecoderConfig): VideoDecoderConfig {
  return {
    codec,
    ...(codedWidth === undefined || codedHeight === undefined ? {} : { codedWidth, codedHeight }),
    ...(description === undefined ? {} : { description }),
    ...(colorSpace === undefined ? {} : { colorSpace }),
  };
}
