// The kernels as WebAssembly, compiled in memory: the same sources always give the same bytes.
// In: kernels/*.ts. Out: bytes. Next: build.mjs puts them into the worker, the tests run them.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import asc from "assemblyscript/asc";

const FLAGS = ["--optimizeLevel", "3", "--shrinkLevel", "1", "--noAssert", "--runtime", "stub", "--enable", "simd"];

export async function compileKernels() {
  let compiled;
  const { error, stderr } = await asc.main(["kernels/index.ts", "--outFile", "kernels.wasm", ...FLAGS], {
    readFile: (name) => {
      try {
        return readFileSync(join(import.meta.dirname, name), "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (_name, content) => {
      compiled = content;
    },
    listFiles: () => [],
  });
  if (error || compiled === undefined) throw new Error(`kernels: ${stderr.toString()}`);
  return compiled;
}
