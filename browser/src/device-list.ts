/**
 * The person's files in their order, one row each, with what each of them comes to.
 *
 * In: names, then items. Out: entries, and what of them is sent. Next: `device`, which has them worked on and writes them into
 * its form. Videos that have no room beside those before them are kept, and sent once there is.
 */

import { Row, say, type Mood, type Words } from "./device-row.ts";
import { momentsLength, type Item } from "./item.ts";
import { fromBase64 } from "./stoplist.ts";
import { durationOf } from "./video/blob.ts";

export interface Entry {
  readonly id: number;
  readonly row: Row;
  /** Null until it is ready, and where it failed. */
  items: readonly Item[] | null;
  busy: boolean;
  /** Of what is chosen here. */
  readonly file: File | null;
  /** What is said of items that were brought along. */
  readonly ready: string;
  /** What its row says, unless it waits for room. */
  state: { readonly text: string; readonly mood: Mood } | null;
  waits: boolean;
}

export class DeviceList {
  readonly #root: HTMLElement | null;
  readonly #words: Words;
  readonly #room: number;
  readonly #removed: (id: number) => void;
  readonly #entries = new Map<number, Entry>();
  #next = 1;

  /** `room`: bytes of moments that the server takes at once. */
  constructor(root: HTMLElement | null, words: Words, room: number, removed: (id: number) => void) {
    this.#root = root;
    this.#words = words;
    this.#room = room;
    this.#removed = removed;
  }

  /** A file that is now worked on. */
  work(name: string, file: File): Entry {
    return this.#add(name, file, "");
  }

  /** Items that were brought along; where they are too long to be sent together, each video in a row of its own. */
  bring(name: string, items: readonly Item[], ready: string): void {
    const apart = lengthOf(items) > this.#room ? items.filter(({ moments }) => moments !== undefined) : [];
    const rest = items.filter((item) => !apart.includes(item));
    if (rest.length > 0) this.finished(this.#add(name, null, ready), rest, ready, "ready");
    for (const item of apart) {
      const length = clock(durationOf(fromBase64(item.moments!)));
      this.finished(this.#add(say(this.#words, "video-of", { name, length }), null, ready), [item], ready, "ready");
    }
  }

  /** A file of which nothing comes. */
  refuse(name: string, why: string): void {
    this.finished(this.#add(name, null, ""), null, why, "failed");
  }

  #add(name: string, file: File | null, ready: string): Entry {
    const id = this.#next++;
    const row = new Row(name, this.#words, () => this.#removed(id));
    const entry: Entry = { id, row, items: null, busy: true, file, ready, state: null, waits: false };
    this.#entries.set(id, entry);
    this.#root?.append(row.element);
    return entry;
  }

  /** `places`: of the sentence, beside how many items there are. */
  finished(entry: Entry, items: readonly Item[] | null, words: string, mood: Mood, places: Readonly<Record<string, string>> = {}): void {
    entry.items = items;
    entry.busy = false;
    entry.state = { text: say(this.#words, words, { ...places, count: items?.length ?? 0 }), mood };
    entry.waits = false;
    entry.row.finished(entry.state.text, mood);
  }

  /** What is sent, as `given` makes it of each item: as much as there is room for. The rows of the others say that they wait. */
  sent(given: (item: Item) => Item): Item[] {
    let room = this.#room;
    return this.all.flatMap((entry) => {
      if (entry.busy || entry.items === null) return [];
      const items = entry.items.map(given);
      const length = lengthOf(items);
      this.#wait(entry, length > room);
      if (entry.waits) return [];
      room -= length;
      return items;
    });
  }

  #wait(entry: Entry, waits: boolean): void {
    if (entry.waits === waits) return;
    entry.waits = waits;
    if (waits) entry.row.finished(say(this.#words, "no-room"), "failed");
    else if (entry.state !== null) entry.row.finished(entry.state.text, entry.state.mood);
  }

  get(id: number): Entry | undefined {
    return this.#entries.get(id);
  }

  get all(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  get busy(): boolean {
    return this.all.some(({ busy }) => busy);
  }

  /** Items, and files that may become one. */
  get count(): number {
    return this.all.reduce((sum, { items }) => sum + (items?.length ?? 1), 0);
  }

  /** Whether it is in the list already, with all that may be made of it. */
  stands(item: Item): boolean {
    const key = keyOf(item);
    return this.all.some(({ items, busy }) =>
      items?.some((other) => keyOf(other) === key && (other.media !== "video" || other.moments !== undefined || busy)),
    );
  }

  /** A video that is known by its exact file alone is looked at anew: this browser may do more than the one before. */
  replace(item: Item): void {
    const key = keyOf(item);
    for (const entry of this.all) {
      const rest = entry.items?.filter((other) => keyOf(other) !== key) ?? null;
      if (rest === null || rest.length === entry.items?.length) continue;
      if (rest.length === 0) this.#forget(entry);
      else this.finished(entry, rest, entry.ready, "ready");
    }
  }

  /** Gives the button of the row that now has the focus, if there is one. */
  remove(id: number): HTMLElement | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    const { all } = this;
    const after = all[all.indexOf(entry) + 1] ?? all[all.indexOf(entry) - 1];
    this.#forget(entry);
    return after?.row.remove;
  }

  #forget({ id, row }: Entry): void {
    row.element.remove();
    this.#entries.delete(id);
  }
}

function lengthOf(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + momentsLength(item), 0);
}

/** 4:05, or 1:04:05. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** The same file twice has the same hashes, all of them. */
function keyOf({ hashes }: Item): string {
  return hashes.map(({ value }) => value).join();
}
