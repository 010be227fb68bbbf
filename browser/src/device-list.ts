/**
 * The person's files in their order, one row each, with what each of them comes to.
 *
 * In: names, then items. Out: entries. Next: `device`, which has them worked on and writes them into its form.
 */

import { Row, say, type Mood, type Words } from "./device-row.ts";
import type { Item } from "./item.ts";

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
}

export class DeviceList {
  readonly #root: HTMLElement | null;
  readonly #words: Words;
  readonly #removed: (id: number) => void;
  readonly #entries = new Map<number, Entry>();
  #next = 1;

  constructor(root: HTMLElement | null, words: Words, removed: (id: number) => void) {
    this.#root = root;
    this.#words = words;
    this.#removed = removed;
  }

  /** A file that is now worked on. */
  work(name: string, file: File): Entry {
    return this.#add(name, file, "");
  }

  /** Items that were brought along. */
  bring(name: string, items: readonly Item[], ready: string): void {
    this.finished(this.#add(name, null, ready), items, ready, "ready");
  }

  /** A file of which nothing comes. */
  refuse(name: string, why: string): void {
    this.finished(this.#add(name, null, ""), null, why, "failed");
  }

  #add(name: string, file: File | null, ready: string): Entry {
    const id = this.#next++;
    const row = new Row(name, this.#words, () => this.#removed(id));
    const entry: Entry = { id, row, items: null, busy: true, file, ready };
    this.#entries.set(id, entry);
    this.#root?.append(row.element);
    return entry;
  }

  finished(entry: Entry, items: readonly Item[] | null, words: string, mood: Mood): void {
    entry.items = items;
    entry.busy = false;
    entry.row.finished(say(this.#words, words, { count: items?.length ?? 0 }), mood);
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

/** The same file twice has the same hashes, all of them. */
function keyOf({ hashes }: Item): string {
  return hashes.map(({ value }) => value).join();
}
