/** The kernels as one module. Next: `compile-kernels.mjs` compiles it, `src/kernels.ts` runs it. */

export { addScaled, addWeighted, bytes, column, lumas, words } from "./rows";
export { blur, peaks, subtract } from "./blobs";

/** Where memory is free. */
export function base(): usize {
  return (__heap_base + 15) & ~15;
}
