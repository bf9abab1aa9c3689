// Show what the reader found, in the words the page carries: summary, tree of assets, activity, everything; and beside it
// what the registry's server says, once it was asked. Every string out of a file is put in as text, never as markup.

import { check } from "./reader.js";

const PREFIX = "http://cv.iptc.org/newscodes/digitalsourcetype/";
const GENERATIVE = ["trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic"].map((name) => PREFIX + name);
const ABOUT = ["integrity", "signature", "trust"];
const LONGEST = 256;
const DEEPEST = 8;
const MOST = 200;
const HASHED_AT_MOST = 512 * 1024 * 1024;
const HIDDEN = /[\u200b-\u200f\u2028-\u202e\u2060-\u206f\u061c\u180e\ufeff]/g;

/** One line of text fit to be shown: bounded, controls gone, what reorders made visible (as provenance/printable.py). */
function printable(value) {
  if (typeof value !== "string" && typeof value !== "number") return "";
  const line = String(value).slice(0, LONGEST * 4).replace(/\p{Cc}/gu, " ")
    .replace(HIDDEN, (one) => `[U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`)
    .split(/\s+/).join(" ").trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}

function element(name, { text, children = [], ...attributes } = {}) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value) made.setAttribute(key, value === true ? "" : value);
  if (text) made.textContent = text;
  made.append(...children.filter(Boolean));
  return made;
}

const pairs = (rows) => element("dl", {
  class: "pairs",
  children: rows.filter(([, value]) => value).flatMap(([name, value]) => [element("dt", { text: name }), element("dd", { text: value })]),
});

const folded = (title, ...children) => element("details", { children: [element("summary", { text: title }), element("div", { children })] });

function worded(template) {
  const found = {};
  for (const one of template.content.querySelectorAll("[data-word]")) found[one.dataset.word] = one.textContent.trim();
  const words = (key, values = {}) => (found[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  words.has = (key) => key in found;
  return words;
}

/**
 * Check `file` and show it in place of what `area` held. `acts` are the page's: `ask(sha256)` and `send(file)` bring the
 * server's page. Gives back `{beside(main)}`, which shows both checks on that page.
 */
export async function begin({ area, template, file, where, acts }) {
  const words = worded(template);
  const checking = { words, file, acts, shown: preview(file, words), language: document.documentElement.lang };
  area.replaceChildren(element("section", {
    class: "sheet", children: [checking.shown, element("p", { role: "status", text: words("reading") })],
  }));
  const [roots, lists] = await Promise.all([texts(where.roots), texts(where.lists)]);
  const result = await check(file, { wasm: where.wasm, roots, lists });
  checking.result = result;
  checking.lists = where.listed;
  const section = drawn(checking);
  area.replaceChildren(section);
  const heading = section.querySelector("h2");
  heading.focus();
  return { beside: (main) => beside(main, checking), file };
}

async function texts(addresses) {
  const answers = await Promise.all(addresses.map(async (address) => {
    const answer = await fetch(address, { credentials: "omit" });
    return answer.ok ? answer.text() : "";
  }));
  return answers.join("\n").trim();
}

function preview(file, words) {
  const kind = file.type.split("/")[0];
  const tag = { image: "img", video: "video", audio: "audio" }[kind];
  if (!tag) return null;
  const address = URL.createObjectURL(file);
  const shown = element(tag, { src: address, ...(tag === "img" ? { alt: words("preview") } : { controls: true, "aria-label": words("preview") }) });
  const figure = element("figure", { class: "preview", children: [shown, element("figcaption", { children: [element("small", { text: words("own_file") })] })] });
  // It is put into one page after the other: hidden, it stays away from each.
  shown.addEventListener("error", () => { figure.hidden = true; }, { once: true });
  return figure;
}

function drawn(checking) {
  const { words, result, file } = checking;
  const { found, relied } = result;
  const stop = found.integrity === "altered" || found.signature === "invalid";
  const manifest = result.store?.manifests?.[result.store.active_manifest] ?? {};
  const signer = found.signature === "valid" ? printable(manifest.signature_info?.issuer ?? manifest.signature_info?.common_name) : "";
  const when = found.signature === "valid" ? dated(manifest.signature_info?.time, checking.language) : "";
  const generative = relied && actions(manifest).some((one) => GENERATIVE.includes(one.digitalSourceType));
  const state = found.integrity === "intact" && found.signature === "invalid" ? "headline.signature.invalid"
    : found.integrity === "intact" && found.trust === "untrusted" ? "headline.trust.untrusted" : `headline.integrity.${result.why === "kind" ? "kind" : found.integrity}`;
  return element("section", {
    class: `sheet lead browser${stop ? " banner stop" : ""}`, "aria-labelledby": "browser-says", "data-integrity": found.integrity,
    "data-signature": found.signature, "data-trust": found.trust,
    children: [
      checking.shown,
      element("p", { class: `tag${stop ? " stop" : ""}`, text: words("credentials") }),
      element("h2", { id: "browser-says", tabindex: "-1", text: words(state) }),
      generative && element("p", { text: words("generative") }),
      element("p", { class: "soft", children: [
        printable(file.name), signer && ` · ${words(found.trust === "untrusted" ? "in_name_of" : "signed_by")} `,
        signer && element("b", { text: signer }), when && ` ${words("on", { day: when })}`,
      ] }),
      element("dl", { class: "facts within", children: ABOUT.map((name) => cell(words, name, found[name])) }),
      asking(checking),
      ...(result.store ? levels(checking, manifest, signer, when) : [element("p", { class: "soft", text: engine(checking) })]),
    ],
  });
}

const cell = (words, name, state) => element("div", {
  class: (name === "integrity" && state === "altered") || (name === "signature" && state === "invalid") ? "stop" : "",
  children: [element("dt", { text: words(`name.${name}`) }), element("dd", { text: words(`${name}.${state}`) })],
});

function engine({ words, result, lists }) {
  const { name, version, through } = result.engine;
  const list = lists ? words("list_of", { day: lists }) : words("no_list");
  return `${words("read_with")} ${name} ${version} (${through}) · ${list}`;
}

function asking({ words, acts, file }) {
  const told = element("p", { role: "status", class: "said" });
  const ask = element("button", { type: "button", class: "btn", text: words("ask") });
  const send = element("button", { type: "button", class: "btn plain", text: words("send") });
  ask.addEventListener("click", async () => {
    const digest = await fingerprint(file, (read) => { told.textContent = words("hashing", read); });
    if (digest) acts.ask(digest, told);
    else told.textContent = words("too_large");
  });
  send.addEventListener("click", () => acts.send(file, told));
  return element("div", { class: "asking", children: [
    element("p", { text: words("only_here") }),
    element("p", { class: "acts", children: [ask, send] }),
    element("p", { children: [element("small", { text: words("what_is_sent") })] }), told,
  ] });
}

/** The SHA-256 of a file in hexadecimal, with word of how far it is; empty where the browser cannot. */
async function fingerprint(file, tell) {
  if (file.size > HASHED_AT_MOST || !globalThis.crypto?.subtle) return "";
  const bytes = new Uint8Array(file.size);
  const size = megabytes(file.size);
  let [at, tenth] = [0, -1];
  for (const reader = file.stream().getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes.set(value, at);
    at += value.length;
    if (Math.floor(at / file.size * 10) !== tenth) tell({ read: megabytes(at), size });
    tenth = Math.floor(at / file.size * 10);
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

function dated(stamp, language) {
  const at = new Date(stamp ?? "");
  return Number.isNaN(at.getTime()) ? "" : at.toLocaleDateString(language, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}

// --- levels three and four ---------------------------------------------------------------------------------------------

function levels(checking, manifest, signer, when) {
  const { words, result } = checking;
  const { relied, store, crjson } = result;
  const parts = [];
  if (relied) {
    const tree = branch(checking, store.active_manifest, 1, new Set());
    if (tree) parts.push(folded(`${words("used")} (${(manifest.ingredients ?? []).length})`, tree));
    const steps = actions(manifest).slice(0, MOST);
    if (steps.length) {
      const whole = assertions(manifest).some((one) => one.data?.allActionsIncluded === true);
      parts.push(folded(`${words("activity")} (${steps.length})`, element("ul", { class: "plain-list", children: steps.map((one) => step(words, one)) }),
        !whole && element("p", { class: "soft", text: words("not_all") })));
    }
  }
  const info = manifest.signature_info ?? {};
  const generator = manifest.claim_generator_info?.[0] ?? {};
  parts.push(folded(words("answers"), pairs([
    [words("signed_by_heading"), signer], [words("signed_at"), when],
    [words("written_with"), relied ? `${printable(generator.name)} ${printable(generator.version)}`.trim() : ""],
    [words("algorithm"), signer ? printable(info.alg).toUpperCase() : ""], [words("serial"), signer ? printable(info.cert_serial_number) : ""],
    [words("checked"), engine(checking)],
  ])));
  const codes = Object.entries(result.codes).map(([group, all]) => [group, all.map((one) => printable(one.code)).join(", ") || "–"]);
  parts.push(folded(words("everything"), pairs(codes), element("h3", { text: words("manifests") }),
    element("p", { class: "soft", text: words("as_it_stands") }), raw(store),
    element("p", { class: "acts", children: [download(words("json"), store, "manifests.json"), crjson && download(words("crjson"), crjson, "crjson.json")] })));
  return parts;
}

function raw(store) {
  const text = JSON.stringify(store.manifests, null, 1).replace(HIDDEN, (one) => `[U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
  return element("pre", { tabindex: "0", text: text.length > 40_000 ? `${text.slice(0, 40_000)}\n…` : text });
}

function download(title, content, name) {
  const address = URL.createObjectURL(new Blob([JSON.stringify(content, null, 1)], { type: "application/json" }));
  return element("a", { class: "btn plain", href: address, download: name, text: title });
}

const assertions = (manifest) => (Array.isArray(manifest.assertions) ? manifest.assertions : [])
  .filter((one) => /^c2pa\.actions(\.v2|__|$)/.test(one?.label ?? ""));

const actions = (manifest) => assertions(manifest).flatMap((one) => (Array.isArray(one.data?.actions) ? one.data.actions : []));

function step(words, action) {
  const label = printable(action.action);
  const key = `action.${label.replace(/^c2pa\./, "")}`;
  const agent = action.softwareAgent;
  const tool = typeof agent === "object" && agent ? `${printable(agent.name)} ${printable(agent.version)}`.trim() : printable(agent);
  const more = [printable(action.description), tool, printable(action.when)].filter(Boolean).join(" · ");
  return element("li", { children: [
    words.has(key) ? words(key) : label || words("action.unknown"),
    GENERATIVE.includes(action.digitalSourceType) && element("span", { class: "tag ai", text: words("ai") }),
    more && element("small", { text: ` ${more}` }),
  ] });
}

/** The assets a manifest lists, each with the assets that it was made from in its turn. */
function branch(checking, label, depth, seen) {
  const { store, thumbnails } = checking.result;
  const listed = store.manifests?.[label]?.ingredients ?? [];
  if (!listed.length || depth > DEEPEST || seen.has(label)) return null;
  const path = new Set([...seen, label]);
  return element("ul", { class: `tree${depth === 1 ? "" : " deeper"}`, children: listed.slice(0, MOST).map((one, number) => {
    const picture = thumbnails.get(`${label}/${number}`) ?? thumbnails.get(one.active_manifest);
    return leaf(checking, one, picture, branch(checking, one.active_manifest, depth + 1, path));
  }) });
}

function leaf({ words, result }, ingredient, picture, below) {
  const failed = [...(ingredient.validation_results?.activeManifest?.failure ?? []), ...(ingredient.validation_status ?? [])]
    .filter((one) => !/^(ingredient\.unknown|signingCredential\.untrusted|timeStamp\.|cawg\.)/.test(one?.code ?? ""));
  const state = failed.length ? "altered" : ingredient.active_manifest ? "intact" : "none";
  const info = result.store.manifests?.[ingredient.active_manifest]?.signature_info ?? {};
  const signer = state === "intact" ? printable(info.issuer ?? info.common_name) : "";
  const relation = words.has(`relation.${ingredient.relationship}`) ? words(`relation.${ingredient.relationship}`) : words("relation.other");
  const told = [relation, words(`used.${state}`), signer && `${words("signed_by")} ${signer}`].filter(Boolean).join(" · ");
  return element("li", { children: [
    picture && state !== "altered" ? element("img", { src: URL.createObjectURL(picture), alt: "", class: "thumb" }) : element("span", { class: "thumb none", "aria-hidden": "true" }),
    element("div", { children: [element("span", { text: printable(ingredient.title) || words("untitled") }), " ", element("small", { text: told })] }),
    state === "altered" ? null : below,
  ] });
}

// --- both checks -------------------------------------------------------------------------------------------------------

/** On the server's page: what this browser concluded, what the server did, and where the two differ. */
function beside(main, checking) {
  const lead = main.querySelector("[data-report]");
  const { words, result } = checking;
  if (!lead) return;
  const server = lead.dataset;
  const recalled = server.engine.startsWith("registry");
  const differ = recalled ? [] : ABOUT.filter((name) => server[name] !== result.found[name]);
  const sentence = recalled ? words("not_read") : differ.length
    ? words("differ", { what: differ.map((name) => words(`name.${name}`)).join(", ") }) : words("same");
  const row = (name, here, there, differs) => element("tr", { role: "row", class: differs ? "differs" : "", children: [
    element("td", { role: "cell", children: [element("b", { text: name }), differs && " ", differs && element("span", { class: "tag", text: words("differs") })] }),
    element("td", { role: "cell", "data-label": words("in_browser"), text: here }),
    element("td", { role: "cell", "data-label": words("on_server"), text: there }),
  ] });
  const heads = [words("about"), words("in_browser"), words("on_server")].map((text) => element("th", { role: "columnheader", scope: "col", text }));
  const rows = ABOUT.map((name) => row(words(`name.${name}`), words(`${name}.${result.found[name]}`),
    recalled ? "–" : words(`${name}.${server[name]}`), differ.includes(name)));
  const list = (day) => (day ? words("list_of", { day }) : words("no_list"));
  const ours = `${result.engine.name} ${result.engine.version} (${result.engine.through}) · ${list(checking.lists)}`;
  rows.push(row(words("engine"), ours, recalled ? words("record") : `${server.engine} · ${list(server.list)}`, false));
  const section = element("section", { class: "sheet twice", "aria-labelledby": "checked-twice", "data-twice": differ.length ? "differ" : recalled ? "recalled" : "same", children: [
    checking.shown,
    element("h2", { id: "checked-twice", text: words("twice") }),
    element("p", { text: sentence }), differ.length ? element("p", { class: "soft", text: words("why_differ") }) : null,
    element("table", { role: "table", children: [
      element("thead", { role: "rowgroup", children: [element("tr", { role: "row", children: heads })] }),
      element("tbody", { role: "rowgroup", children: rows }),
    ] }),
  ] });
  if (recalled) {
    const told = element("p", { role: "status", class: "said" });
    const send = element("button", { type: "button", class: "btn plain", text: words("send") });
    send.addEventListener("click", () => checking.acts.send(checking.file, told));
    section.append(element("p", { class: "acts", children: [send] }), told);
  }
  lead.after(section);
}
