// Check a file in the visitor's own browser: nothing of it is sent anywhere, and nothing it points to is fetched.

import { conclusions, reliable, statuses } from "./conclusions.js";

export { begin } from "./page.js";

const LARGEST = 1_000_000_000;
// The kinds of files the engine reads, by the ending of a name: browsers call some otherwise, and others nothing.
const KINDS = {
  avi: "video/avi", avif: "image/avif", dng: "image/x-adobe-dng", gif: "image/gif", heic: "image/heic", heif: "image/heif",
  jpeg: "image/jpeg", jpg: "image/jpeg", jxl: "image/jxl", m4a: "audio/mp4", m4v: "video/mp4", mov: "video/quicktime",
  mp3: "audio/mpeg", mp4: "video/mp4", pdf: "application/pdf", png: "image/png", svg: "image/svg+xml", tif: "image/tiff",
  tiff: "image/tiff", wav: "audio/wav", webp: "image/webp",
};

let engine = null;

/** The engine in its worker, fetched and started once. */
class Engine {
  #worker;
  #waiting = new Map();
  #last = 0;

  constructor(wasm) {
    const script = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }));
    this.#worker = new Worker(script);
    this.#worker.addEventListener("message", ({ data }) => this.#waiting.get(data.id)?.(data));
    this.#worker.addEventListener("error", (event) => {
      engine = null;
      for (const answer of this.#waiting.values()) answer({ error: event.message || "The reader stopped." });
    });
    this.started = this.ask({ wasm: new URL(wasm, location.href).href });
  }

  ask(message) {
    const id = ++this.#last;
    const answered = new Promise((resolve) => { this.#waiting.set(id, resolve); });
    this.#worker.postMessage({ id, ...message });
    return answered.finally(() => this.#waiting.delete(id));
  }
}

/** What kind of file it is, by what its browser says or else by its name; empty where the reader does not know it. */
function kindOf(file) {
  const known = Object.values(KINDS);
  return [file.type, KINDS[file.name.split(".").pop().toLowerCase()]].find((kind) => known.includes(kind)) ?? "";
}

/**
 * Everything the reader finds: `{engine, found, codes, relied, store, crjson, thumbnails}`; `store` is null where the file
 * has no Content Credentials. `thumbnails` are blobs by manifest label, or by `label/number` of an ingredient.
 * Raises where the engine cannot be had at all.
 */
export async function check(file, { wasm, roots, lists }) {
  const nothing = { engine: ENGINE, store: null, crjson: null, codes: statuses(null), thumbnails: new Map(), relied: false };
  const unread = (integrity, why) => ({ ...nothing, found: { integrity, signature: "absent", trust: "absent" }, why });
  const kind = kindOf(file);
  if (!kind || file.size > LARGEST) return unread("unreadable", "kind");
  engine ??= new Engine(wasm);
  const started = await engine.started;
  if (started.error) {
    engine = null;
    throw new Error(started.error);
  }
  const settings = JSON.stringify({
    // What a file points to is never fetched, and no authority is asked about it.
    verify: { verify_trust: true, verify_after_reading: true, remote_manifest_fetch: false, ocsp_fetch: false },
    trust: { ...(roots && { user_anchors: roots }), ...(lists && { trust_anchors: lists }) },
  });
  const answer = await engine.ask({ kind, file, settings });
  if (/JumbfNotFound/.test(answer.error)) return { ...nothing, found: conclusions(null) };
  if (answer.error) return unread(/remote/i.test(answer.error) ? "elsewhere" : "unreadable", answer.error);
  const store = JSON.parse(answer.store);
  const found = conclusions(store);
  const relied = reliable(found);
  const thumbnails = new Map(relied ? answer.pictures.map(([name, type, bytes]) => [name, new Blob([bytes], { type })]) : []);
  return {
    engine: ENGINE, found, relied, store, thumbnails, codes: statuses(store),
    crjson: answer.crjson ? JSON.parse(answer.crjson) : null,
  };
}
