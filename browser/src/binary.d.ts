/** What `compile-kernels.mjs` makes, put in by `build.mjs`. */
declare module "kernels.wasm" {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
