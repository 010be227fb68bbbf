/**
 * When each frame of a film is shown, from its packets alone (docs/en/moments.md).
 *
 * In: packets in the order of the file, as a container tells them. Out: milliseconds from the first shown frame, the whole film's
 * duration. Next: `film`. The engine's twin: `repit_engine.video.table`.
 */

/** In ticks of the track. */
export interface Packet {
  readonly ticks: number;
  /** 0 where the container does not say. */
  readonly lasting: number;
  /** Not hidden by an edit list. */
  readonly shown: boolean;
}

export interface Times {
  /** Of each packet; null where its frame is never shown. */
  readonly ms: readonly (number | null)[];
  readonly duration: number;
}

/** Seconds by which a clock falls back, or leaps ahead where a container has no one clock, before it is another recording's. */
const BACK = 0.5;
const LEAP = 10;

/** `resolution`: ticks a second. `seams`: recordings may lie one behind the other, each with a clock of its own. */
export function timesOf(packets: readonly Packet[], resolution: number, seams: boolean): Times {
  const ms = new Array<number | null>(packets.length).fill(null);
  let end = 0;
  let begin = 0;
  for (const stop of [...(seams ? seamsOf(packets, resolution) : []), packets.length]) {
    const seen: number[] = [];
    for (let place = begin; place < stop; place++) if (packets[place]!.shown) seen.push(place);
    begin = stop;
    if (seen.length === 0) continue;
    seen.sort((a, b) => packets[a]!.ticks - packets[b]!.ticks);
    const first = packets[seen[0]!]!.ticks;
    const start = end;
    let last = -1;
    const steps: number[] = [];
    for (const place of seen) {
      const now = Math.max(start + inMs(packets[place]!.ticks - first, resolution), last + 1);
      if (last >= 0) steps.push(now - last);
      ms[place] = last = now;
    }
    const usual = steps.sort((a, b) => a - b)[steps.length >> 1] ?? 0;
    end = last + Math.max(1, inMs(packets[seen.at(-1)!]!.lasting, resolution) || usual);
  }
  return { ms, duration: end };
}

/** Halves upwards. */
function inMs(ticks: number, resolution: number): number {
  return Math.floor((2000 * ticks + resolution) / (2 * resolution));
}

function seamsOf(packets: readonly Packet[], resolution: number): number[] {
  const found: number[] = [];
  let latest = packets[0]?.ticks ?? 0;
  packets.forEach(({ ticks }, place) => {
    if (ticks < latest - BACK * resolution || ticks > latest + LEAP * resolution) {
      found.push(place);
      latest = ticks;
    }
    latest = Math.max(latest, ticks);
  });
  return found;
}
