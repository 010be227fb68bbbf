/**
 * One file in the list: its name, how far it is, a button to take it back.
 *
 * In: a name, words. Out: an element and what changes it. Next: `device`. Names are written as text, never as markup.
 */

export type Words = Readonly<Record<string, string>>;
export type Mood = "ready" | "partly" | "failed";

/** A sentence with its {places} filled. */
export function say(words: Words, key: string, places: Readonly<Record<string, string | number>> = {}): string {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(places[name] ?? whole));
}

export class Row {
  readonly element = document.createElement("li");
  readonly remove = document.createElement("button");
  readonly #state = document.createElement("p");
  readonly #bar = document.createElement("progress");

  constructor(name: string, words: Words, removed: () => void) {
    const title = document.createElement("p");
    title.className = "device-name";
    title.textContent = name;
    this.#state.className = "device-state";
    this.#bar.max = 1;
    this.#bar.setAttribute("aria-label", name);
    this.remove.type = "button";
    this.remove.textContent = say(words, "remove");
    this.remove.setAttribute("aria-label", say(words, "remove-named", { name }));
    this.remove.addEventListener("click", removed);
    this.element.append(title, this.#state, this.#bar, this.remove);
    this.showState(say(words, "waiting"));
  }

  showState(text: string): void {
    this.#state.textContent = text;
  }

  progress(share: number): void {
    this.#bar.value = share;
  }

  finished(text: string, mood: Mood): void {
    this.#bar.remove();
    this.element.dataset["mood"] = mood;
    this.showState(text);
  }
}
