/**
 * Hashing off the page's own thread.
 *
 * In: messages `{ id, rgba, width, height }`, the buffer transferred. Out: `{ id, result }`, the pixels dropped. Next: the
 * page, which shows and later seals the hash.
 */

import type { Hashed, NotHashable } from "./hash.ts";
import { hashRgba } from "./pdq.ts";

export interface Request {
  readonly id: number;
  readonly rgba: ArrayBuffer;
  readonly width: number;
  readonly height: number;
}

export interface Answer {
  readonly id: number;
  readonly result: Hashed | NotHashable;
}

/** More than this would not fit a phone's memory. */
const MAX_PIXELS = 100_000_000;

export function answer(request: Request): Answer {
  const { id, width, height } = request;
  if (width * height > MAX_PIXELS) return { id, result: { kind: "not-hashable", reason: "too-many-pixels" } };
  return { id, result: hashRgba(new Uint8Array(request.rgba), width, height) };
}

const scope = globalThis as unknown as {
  WorkerGlobalScope?: unknown;
  onmessage: ((event: { data: Request }) => void) | null;
  postMessage: (message: Answer) => void;
};
if (scope.WorkerGlobalScope !== undefined) {
  scope.onmessage = (event) => scope.postMessage(answer(event.data));
}
