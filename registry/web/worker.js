// The engine, in a thread of its own: one file at a time, by messages. It is started from its own text, so that the page's
// policy holds for it as well: it can ask nobody but this registry, and is never told to.

import open, { WasmReader } from "@contentauth/c2pa-wasm";

const PICTURES = ["image/jpeg", "image/png", "image/webp"];
const LARGEST_PICTURE = 4_000_000;
const MOST_PICTURES = 60;

let opened;

/** `{wasm}` first, once; then `{id, kind, file, settings}` is answered `{id, store, crjson, pictures}` or `{id, error}`. */
self.addEventListener("message", async ({ data }) => {
  opened ??= open({ module_or_path: data.wasm });
  try {
    await opened;
    self.postMessage({ id: data.id, ...(data.file ? await read(data) : {}) });
  } catch (error) {
    self.postMessage({ id: data.id, error: String(error?.message ?? error).slice(0, 300) });
  }
});

async function read({ kind, file, settings }) {
  const reader = await WasmReader.fromBlob(kind, file, settings);
  try {
    const store = reader.json();
    return { store, crjson: written(reader), pictures: pictures(reader, JSON.parse(store)) };
  } finally {
    reader.free();
  }
}

function written(reader) {
  try {
    return reader.crJson();
  } catch {
    return "";
  }
}

/** The thumbnails that manifests carry, by manifest label or by `label/number` of an ingredient: `[name, type, bytes]`. */
function pictures(reader, store) {
  const kept = [];
  const keep = (name, reference) => {
    if (!PICTURES.includes(reference?.format) || !reference.identifier || kept.length >= MOST_PICTURES) return;
    try {
      const bytes = reader.resourceToBytes(reference.identifier);
      if (bytes.length <= LARGEST_PICTURE) kept.push([name, reference.format, bytes]);
    } catch {
      // A picture that is not there is not shown; the tree says the same without it.
    }
  };
  for (const [label, manifest] of Object.entries(store.manifests ?? {})) {
    keep(label, manifest.thumbnail);
    (manifest.ingredients ?? []).forEach((one, number) => keep(`${label}/${number}`, one.thumbnail));
  }
  return kept;
}
