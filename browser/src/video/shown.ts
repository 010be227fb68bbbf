/**
 * A film that the page shows and the worker looks at, because this browser lets no worker decode it: frame by frame, one asked for
 * after the other.
 *
 * In: `Look`s, as the page sends them. Out: an iterator over them. Next: `moments`.
 */

export type Look =
  | {
      readonly kind: "frame";
      /** From the first frame on. */
      readonly ms: number;
      readonly of: number;
      readonly frame: VideoFrame | ImageBitmap;
    }
  /** `whole`: nothing kept the page from showing all of it. */
  | { readonly kind: "end"; readonly duration: number; readonly whole: boolean }
  /** The page cannot show it either. */
  | { readonly kind: "blind" };

export class Shown {
  readonly #ask: () => void;
  readonly #come: Look[] = [];
  #wake = (): void => undefined;
  #over = false;

  /** `ask` asks the page for another look. */
  constructor(ask: () => void) {
    this.#ask = ask;
  }

  look(look: Look): void {
    if (this.#over) closed(look);
    else this.#come.push(look);
    this.#wake();
  }

  /** The person took the film back: whoever waits for a look gets none. */
  stop(): void {
    this.#over = true;
    for (const look of this.#come.splice(0)) closed(look);
    this.#wake();
  }

  /** Null once it was stopped. */
  async next(): Promise<Look | null> {
    this.#ask();
    while (this.#come.length === 0 && !this.#over) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#come.shift() ?? null;
  }
}

function closed(look: Look): void {
  if (look.kind === "frame") look.frame.close();
}
