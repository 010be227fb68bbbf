// Bundles for the pages: repit-hash.js (a module) and repit-hash-worker.js, into dist/ or the folder given. No clock and no
// path goes in, so that the same sources always give the same bytes and their digest can be published.
import { build } from "esbuild";

const folder = process.argv[2] ?? "dist";
const common = { bundle: true, target: "es2022", charset: "utf8", legalComments: "none", minify: true };
await build({ ...common, entryPoints: ["src/index.ts"], format: "esm", outfile: `${folder}/repit-hash.js` });
await build({ ...common, entryPoints: ["src/worker.ts"], format: "iife", outfile: `${folder}/repit-hash-worker.js` });
