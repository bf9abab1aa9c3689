// Bundle the reader for the browser into registry/static/countersign/web/: reader.js, and beside it the engine it fetches.
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const made = join(here, "../static/countersign/web");
const engine = join(here, "node_modules/@contentauth/c2pa-wasm");
const wasm = join(engine, "pkg/c2pa_bg.wasm");
// The engine does not say its version; the paths of its own source that it was compiled with do.
const core = /c2pa-(\d+\.\d+\.\d+)\//.exec(readFileSync(wasm, "latin1"))?.[1] ?? "";
const { version } = JSON.parse(readFileSync(join(engine, "package.json"), "utf8"));
const common = { bundle: true, target: "es2022", minify: true, legalComments: "none" };

mkdirSync(made, { recursive: true });
const worker = await build({
  ...common, entryPoints: [join(here, "worker.js")], format: "iife", write: false,
  // It is told where the engine lies, and need not look beside itself.
  define: { "import.meta.url": '""' },
});
await build({
  ...common, entryPoints: [join(here, "reader.js")], format: "esm", outfile: join(made, "reader.js"),
  define: {
    WORKER: JSON.stringify(worker.outputFiles[0].text),
    ENGINE: JSON.stringify({ name: "c2pa-rs", version: core, through: `c2pa-wasm ${version}` }),
  },
});
copyFileSync(wasm, join(made, "c2pa.wasm"));
