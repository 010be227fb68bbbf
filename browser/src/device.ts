/**
 * The island on the person's page: files chosen here are hashed here, and only their hashes go into the form.
 *
 * In: `_device.html` and the form around it. Out: JSON in the form's `hashes`, as `POST /api/v1/cases` takes `items`; in the
 * single-file edition, a text to carry. Next: the person presses Send. This script asks the network for nothing.
 */

import { beginsCarried, carriedText, readCarried } from "./carried.ts";
import { clock, DeviceList, type Entry } from "./device-list.ts";
import { say, type Words } from "./device-row.ts";
import { DeviceVideo, type VideoHeard } from "./device-video.ts";
import { DeviceWorker } from "./device-worker.ts";
import { OF_VIDEO, wholeOnly } from "./item.ts";
import type { Outcome } from "./protect.ts";
import { toBase64 } from "./video/blob.ts";
import type { VideoOutcome } from "./video/moments.ts";
import type { Report } from "./worker.ts";

/** Bytes of a text to carry: as many as the server takes in one form (`DATA_UPLOAD_MAX_MEMORY_SIZE`). */
const MOST_CARRIED = 8 << 20;
/** Bytes by which such a text is known, however it goes on. */
const BEGINNING = 64;

class Device {
  readonly #root: HTMLElement;
  readonly #words: Words;
  readonly #form: HTMLFormElement | null;
  readonly #list: DeviceList;
  readonly #most: number;
  readonly #output: HTMLTextAreaElement;
  #worker: DeviceWorker | null = null;
  #video: DeviceVideo | null = null;

  constructor(root: HTMLElement, words: Words) {
    this.#root = root;
    this.#words = words;
    this.#form = root.closest("form");
    this.#most = Number(root.dataset["most"]);
    this.#list = new DeviceList(this.#part("list"), words, Number(root.dataset["mostMoments"]), (id) => this.#remove(id));
    this.#output = this.#setUp();
    // Something held the form up, and the page came back with what had been worked out before.
    const paste = this.#part<HTMLTextAreaElement>("paste");
    if (paste !== null) this.#pasted(paste, "before");
  }

  #part<T extends HTMLElement>(name: string): T | null {
    return this.#root.querySelector<T>(`[data-device-${name}]`);
  }

  #setUp(): HTMLTextAreaElement {
    const carry = this.#part<HTMLTextAreaElement>("carry");
    const paste = this.#part<HTMLTextAreaElement>("paste");
    let output = carry;
    if (paste !== null) {
      // Without this script the pasted text itself is sent; with it, the list is.
      output = document.createElement("textarea");
      output.name = paste.name;
      output.hidden = true;
      // No browser shall keep it with what else was written on the page.
      output.autocomplete = "off";
      paste.removeAttribute("name");
      paste.addEventListener("input", () => this.#pasted(paste));
      paste.after(output);
    }
    if (output === null) throw new Error("device");
    for (const part of this.#root.querySelectorAll<HTMLElement>("[data-device-live]")) part.hidden = false;
    const input = this.#part<HTMLInputElement>("files");
    input?.addEventListener("change", () => {
      void this.#add([...(input.files ?? [])]);
      input.value = "";
    });
    const scope: HTMLElement = this.#form ?? document.body;
    scope.addEventListener("change", (event) => {
      if (event.target instanceof HTMLInputElement && event.target.type === "radio") this.#changed();
    });
    this.#form?.addEventListener("submit", (event) => this.#submitted(event));
    this.#start();
    whenAtRest(() => this.#startVideo());
    this.#part("copy")?.addEventListener("click", () => void this.#copy());
    this.#part("save")?.addEventListener("click", () => this.#save());
    return output;
  }

  async #add(files: readonly File[]): Promise<void> {
    for (const file of files) {
      const text = /\.(json|txt)$/i.test(file.name);
      const carried = text && file.size <= MOST_CARRIED ? readCarried(await file.text()) : null;
      if (this.#list.count + (carried?.length ?? 1) > this.#most) {
        this.#changed();
        this.#say(say(this.#words, "too-many", { most: this.#most }));
        return;
      }
      if (carried !== null) this.#list.bring(file.name, carried, "carried");
      else if (text && beginsCarried(await file.slice(0, BEGINNING).text())) this.#list.refuse(file.name, "not-carried");
      else this.#hash(file);
    }
    this.#changed();
  }

  #hash(file: File): void {
    const { id } = this.#list.work(file.name, file);
    this.#start();
    if (this.#worker === null) this.#broken();
    else this.#worker.protect(id, file);
  }

  /** With the page and not with the first file: the connection may then be cut before anything is chosen. */
  #start(): void {
    try {
      this.#worker ??= new DeviceWorker(this.#root, (report) => this.#heard(report), () => this.#broken());
    } catch {
      this.#worker = null;
    }
  }

  /** Behind everything that a picture needs, which is as soon ready as ever. */
  #startVideo(): void {
    try {
      this.#video ??= new DeviceVideo(this.#root, (report) => this.#heardVideo(report), () => this.#brokenVideo());
    } catch {
      this.#video = null;
    }
  }

  #pasted(paste: HTMLTextAreaElement, from: "pasted" | "before" = "pasted"): void {
    if (paste.value.trim() === "") return;
    const items = readCarried(paste.value);
    if (items === null || this.#list.count + items.length > this.#most) {
      this.#say(say(this.#words, items === null ? "not-carried" : "too-many", { most: this.#most }));
      return;
    }
    paste.value = "";
    this.#list.bring(say(this.#words, from), items, from === "before" ? "before-ready" : "carried");
    this.#changed();
  }

  #heard(report: Report): void {
    const entry = this.#list.get(report.id);
    if (entry === undefined) return;
    if (report.kind === "progress") {
      entry.row.showState(say(this.#words, "working"));
      entry.row.progress(report.share);
      return;
    }
    if (report.kind === "failed") this.#list.finished(entry, null, "failed", "failed");
    else this.#done(entry, report.outcome);
    this.#changed();
  }

  #done(entry: Entry, { item, note, way, took }: Outcome): void {
    // For auditors and tests: how the pixels were read, and how long each step took.
    entry.row.element.dataset["way"] = way ?? "none";
    entry.row.element.dataset["took"] = JSON.stringify(took);
    if (this.#list.stands(item)) {
      this.#list.finished(entry, null, "twice", "partly");
      return;
    }
    this.#list.replace(item);
    if (item.media !== "video") {
      const plain = item.media === "picture" ? "picture-ready" : "file-ready";
      this.#list.finished(entry, [item], note ?? plain, note === null ? "ready" : "partly");
      return;
    }
    // What there is so far is kept, whatever becomes of the rest.
    entry.items = [item];
    this.#startVideo();
    if (this.#video === null || entry.file === null) this.#list.finished(entry, [item], "video-no-worker", "partly");
    else this.#video.watch(entry.id, entry.file);
  }

  #heardVideo(report: VideoHeard): void {
    const entry = this.#list.get(report.id);
    if (entry === undefined) return;
    if (report.kind === "progress") {
      const { ms, of } = report;
      entry.row.showState(say(this.#words, "watching", { seen: clock(ms), all: clock(of) }));
      entry.row.progress(OF_VIDEO + (1 - OF_VIDEO) * Math.min(1, ms / of));
      return;
    }
    if (report.kind === "failed") this.#list.finished(entry, entry.items, "video-no-worker", "partly");
    else this.#watched(entry, report.outcome);
    this.#changed();
  }

  #watched(entry: Entry, { moments, note, seen, way, frames, took }: VideoOutcome): void {
    entry.row.element.dataset["way"] = way ?? "none";
    const before = JSON.parse(entry.row.element.dataset["took"] ?? "{}") as Record<string, number>;
    entry.row.element.dataset["took"] = JSON.stringify({ ...before, watch: took, frames });
    const items = entry.items?.map((item) => (moments === null ? item : { ...item, moments: toBase64(moments) })) ?? null;
    const plain = way === "codecs" ? "video-ready" : "video-seen";
    this.#list.finished(entry, items, note ?? plain, note === null ? "ready" : "partly", { seen: clock(seen) });
  }

  #broken(): void {
    this.#worker = null;
    for (const entry of this.#list.all) {
      if (entry.busy && entry.items === null) this.#list.finished(entry, null, "no-worker", "failed");
    }
    this.#changed();
  }

  /** Out of memory, for example: the videos that it was at work on are still known by their exact files. */
  #brokenVideo(): void {
    this.#video?.close();
    this.#video = null;
    for (const entry of this.#list.all) {
      if (entry.busy && entry.items !== null) this.#list.finished(entry, entry.items, "video-no-worker", "partly");
    }
    this.#changed();
  }

  #remove(id: number): void {
    const next = this.#list.remove(id);
    this.#worker?.cancel(id);
    this.#video?.cancel(id);
    (next ?? this.#part("files"))?.focus();
    this.#changed();
  }

  #submitted(event: Event): void {
    if (!this.#list.busy) return;
    event.preventDefault();
    this.#say(say(this.#words, "not-yet"));
  }

  #changed(): void {
    this.#write();
    const { all } = this.#list;
    const ready = all.filter(({ items, busy, waits }) => items !== null && !busy && !waits).length;
    this.#say(all.length === 0 ? "" : say(this.#words, "summary", { ready, all: all.length }));
  }

  #say(text: string): void {
    const status = this.#part("status");
    if (status !== null) status.textContent = text;
  }

  #chosen(name: string): string | undefined {
    const scope: HTMLElement = this.#form ?? document.body;
    return scope.querySelector<HTMLInputElement>(`input[type="radio"][name="${name}"]:checked`)?.value;
  }

  #write(): void {
    const family = this.#chosen("level") === "family";
    const kind = this.#chosen("kind");
    const items = this.#list.sent((item) => (family ? item : wholeOnly(item))).map(({ media, ...known }) => {
      return { media, ...(this.#carrying() ? {} : { kind: kind === "deepfake" ? kind : "intimate" }), ...known };
    });
    if (this.#carrying()) this.#output.value = items.length === 0 ? "" : carriedText(items);
    else this.#output.value = items.length === 0 ? "" : JSON.stringify(items);
    for (const button of this.#root.querySelectorAll<HTMLButtonElement>("[data-device-copy], [data-device-save]")) {
      button.disabled = items.length === 0;
    }
    // For the form around: whether there is anything to send.
    this.#root.dataset["items"] = String(items.length);
  }

  #carrying(): boolean {
    return this.#output.hasAttribute("data-device-carry");
  }

  async #copy(): Promise<void> {
    this.#output.select();
    try {
      await navigator.clipboard.writeText(this.#output.value);
    } catch {
      // A page opened from a file may have no clipboard: the text is selected, the person copies it.
      this.#say(say(this.#words, "selected"));
      return;
    }
    this.#say(say(this.#words, "copied"));
  }

  #save(): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([this.#output.value], { type: "application/json" }));
    link.download = "empreintes.json";
    link.click();
    URL.revokeObjectURL(link.href);
  }
}

/** Once the page has come and has nothing else to do. */
function whenAtRest(then: () => void): void {
  const rest = (): void => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(then, { timeout: 2000 });
    else setTimeout(then, 500);
  };
  if (document.readyState === "complete") rest();
  else addEventListener("load", rest, { once: true });
}

const root = document.querySelector<HTMLElement>("[data-device]");
const words = document.getElementById("device-words");
if (root !== null && words !== null) new Device(root, JSON.parse(words.textContent ?? "{}") as Words);
