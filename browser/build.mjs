// Bundles for the person's page: device.js (the page's side), worker.js, video-worker.js, which comes once the page is at rest, and
// stop-list.js, most of the weight, which comes beside them and changes seldom; into the folder given. No clock and no path goes in, so that the same sources always give the same
// bytes and their digest can be published.
import { readFileSync, writeFileSync } from "node:fs";

import { build } from "esbuild";

import { compileKernels } from "./compile-kernels.mjs";

/** `kernels.wasm` is compiled as it is asked for. */
function withKernels(building) {
  building.onResolve({ filter: /^kernels\.wasm$/ }, ({ path }) => ({ path, namespace: "kernels" }));
  building.onLoad({ filter: /.*/, namespace: "kernels" }, async () => ({
    contents: await compileKernels(),
    loader: "binary",
  }));
}

const folder = process.argv[2] ?? "../service/src/repit/hotline/web/case_pages/static/case_pages/device";
await build({
  entryPoints: ["src/device.ts", "src/worker.ts", "src/video-worker.ts"],
  outdir: folder,
  bundle: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  minify: true,
  plugins: [{ name: "kernels", setup: withKernels }],
  // jpeg-js can load a picture from an address; nothing here calls that, and nothing here shall be able to.
  define: { XMLHttpRequest: "undefined" },
});

const list = readFileSync("../engine/src/repit_engine/stoplist.bin").toString("base64");
writeFileSync(`${folder}/stop-list.js`, `globalThis.repitStopList="${list}";\n`);

// What the bundle holds of others goes with their licences.
const parts = ["@noble/hashes", "fast-png", "fflate", "hash-wasm", "iobuffer", "jpeg-js", "mediabunny"];
const texts = parts.map((name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8").trim()}\n`);
writeFileSync(`${folder}/licences.txt`, texts.join(`\n${"-".repeat(80)}\n\n`));
