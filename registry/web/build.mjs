// Bundle the reader for the browser into registry/static/countersign/web/: reader.js, and beside it the engine it fetches.
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const made = join(here, "../static/countersign/web");
const engine = join(here, "node_modules/@contentauth/c2pa-web");
const wasm = join(engine, "dist/resources/c2pa_bg.wasm");
// The engine does not say its version; the paths of its own source that it was compiled with do.
const core = /c2pa-(\d+\.\d+\.\d+)\//.exec(readFileSync(wasm, "latin1"))?.[1] ?? "";
const { version } = JSON.parse(readFileSync(join(engine, "package.json"), "utf8"));

mkdirSync(made, { recursive: true });
await build({
  entryPoints: [join(here, "reader.js")],
  outfile: join(made, "reader.js"),
  bundle: true, format: "esm", target: "es2022", minify: true, legalComments: "eof",
  define: { ENGINE: JSON.stringify({ name: "c2pa-rs", version: core, through: `c2pa-web ${version}` }) },
});
copyFileSync(wasm, join(made, "c2pa.wasm"));
