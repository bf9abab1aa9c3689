// Check a file in the visitor's own browser: nothing of it is sent anywhere, and nothing it points to is fetched.

import { createC2pa, isSupportedReaderFormat } from "@contentauth/c2pa-web";
import { conclusions, reliable, statuses } from "./conclusions.js";

export { begin } from "./page.js";

const PICTURES = ["image/jpeg", "image/png", "image/webp"];
const LARGEST_PICTURE = 4_000_000;
// What browsers call by another name, or by none.
const BY_ENDING = {
  avif: "image/avif", c2pa: "application/c2pa", dng: "image/x-adobe-dng", heic: "image/heic", heif: "image/heif", jpg: "image/jpeg",
  jpeg: "image/jpeg", jxl: "image/jxl", m4a: "audio/mp4", m4v: "video/mp4", mov: "video/quicktime", mp3: "audio/mpeg",
  mp4: "video/mp4", pdf: "application/pdf", png: "image/png", svg: "image/svg+xml", tif: "image/tiff", tiff: "image/tiff",
  wav: "audio/wav", webp: "image/webp",
};

let opened = null;

/** The engine, fetched and started once. `wasm` is its address; `roots` and `lists` are PEM as text, or empty. */
async function engine({ wasm, roots, lists }) {
  const settings = {
    // What a file points to is never fetched, and no authority is asked about it.
    verify: { verifyTrust: true, verifyAfterReading: true, remoteManifestFetch: false, ocspFetch: false },
    trust: { ...(roots && { userAnchors: roots }), ...(lists && { trustAnchors: lists }) },
  };
  return createC2pa({ wasmSrc: wasm, settings });
}

export function start(where) {
  opened ??= engine(where).catch((error) => { opened = null; throw error; });
  return opened;
}

/** What kind of file it is, by what its browser says or else by its name; empty where the reader does not know it. */
export function kindOf(file) {
  const ending = file.name.split(".").pop().toLowerCase();
  return [file.type, BY_ENDING[ending]].find((kind) => kind && isSupportedReaderFormat(kind)) ?? "";
}

/**
 * Everything the reader finds: `{engine, kind, found, codes, relied, store, crjson, thumbnails}`; `store` is null where the
 * file has no Content Credentials. `thumbnails` are blobs by manifest label, or by `label/ingredient number`.
 */
export async function check(file, where) {
  const kind = kindOf(file);
  const nothing = { engine: ENGINE, kind, store: null, crjson: null, codes: statuses(null), thumbnails: new Map(), relied: false };
  if (!kind) return { ...nothing, found: { integrity: "unreadable", signature: "absent", trust: "absent" }, why: "kind" };
  const sdk = await start(where);
  let reader;
  try {
    reader = await sdk.reader.fromBlob(kind, file);
  } catch (error) {
    const said = String(error?.message ?? error);
    const state = /remote/i.test(said) ? "elsewhere" : "unreadable";
    return { ...nothing, found: { integrity: state, signature: "absent", trust: "absent" }, why: said.slice(0, 300) };
  }
  if (!reader) return { ...nothing, found: conclusions(null) };
  try {
    const store = await reader.manifestStore();
    const found = conclusions(store);
    const relied = reliable(found);
    return {
      engine: ENGINE, kind, found, relied, store, codes: statuses(store), crjson: await reader.crJson().catch(() => null),
      thumbnails: relied ? await thumbnails(reader, store) : new Map(),
    };
  } finally {
    await reader.free();
  }
}

async function thumbnails(reader, store) {
  const kept = new Map();
  for (const [label, manifest] of Object.entries(store.manifests ?? {})) {
    await keep(reader, kept, label, manifest.thumbnail);
    for (const [number, ingredient] of (manifest.ingredients ?? []).entries()) {
      await keep(reader, kept, `${label}/${number}`, ingredient.thumbnail);
    }
    if (kept.size > 60) break;
  }
  return kept;
}

async function keep(reader, kept, name, reference) {
  if (!PICTURES.includes(reference?.format) || !reference.identifier) return;
  try {
    const bytes = await reader.resourceToBytes(reference.identifier);
    if (bytes.length <= LARGEST_PICTURE) kept.set(name, new Blob([bytes], { type: reference.format }));
  } catch {
    // A picture that is not there is not shown; the tree says the same without it.
  }
}
