// What may be concluded from the codes of one reading: the same ladders as provenance/soundness.py, without the registry.
//
// Of a set of Content Credentials only this is concluded in the browser: whether the file is as it was signed, whether the
// signature fits, and which list vouches for the signer. What is known of extent, consent and time is the registry's to say.

const BINDINGS = ["dataHash", "bmffHash", "boxesHash", "collectionHash", "multiAssetHash"];
const BOUND = BINDINGS.map((name) => `assertion.${name}.match`);
const CHANGED = [
  ...BINDINGS.map((name) => `assertion.${name}.mismatch`), "assertion.hashedURI.mismatch", "assertion.missing",
  "claimSignature.mismatch", "ingredient.hashedURI.mismatch",
];
const ABOUT_TRUST = [
  "signingCredential.untrusted", "signingCredential.ocsp.inaccessible", "signingCredential.ocsp.unknown", "timeStamp.", "cawg.",
];

const begins = (codes, starts) => codes.some((code) => starts.some((start) => code.startsWith(start)));

/** The codes of the active manifest by group, each a list of `{code, explanation}`. */
export function statuses(store) {
  const found = store?.validation_results?.activeManifest ?? {};
  const group = (name) => (Array.isArray(found[name]) ? found[name] : []).filter((one) => typeof one?.code === "string");
  return { success: group("success"), informational: group("informational"), failure: group("failure") };
}

/** `{integrity, signature, trust}`, each a state of provenance/conclusion.py. `store` is null where the file has none. */
export function conclusions(store) {
  if (!store?.active_manifest) return { integrity: "absent", signature: "absent", trust: "absent" };
  const groups = statuses(store);
  const [success, failure] = [groups.success, groups.failure].map((group) => group.map((one) => one.code));
  const integrity = begins(failure, CHANGED) ? "altered" : begins(success, BOUND) ? "intact" : "unreadable";
  const signature = fits(store, success, failure, integrity) ? "valid" : "invalid";
  return { integrity, signature, trust: signature === "valid" ? vouched(groups) : "untrusted" };
}

function fits(store, success, failure, integrity) {
  if (begins(failure, ["signingCredential.expired", "signingCredential.ocsp.revoked", "signingCredential.revoked"])) return false;
  if (!success.includes("claimSignature.validated")) return false;
  if (begins(failure, ["claimSignature.", "signingCredential.invalid"])) return false;
  const others = failure.filter((code) => !begins([code], [...ABOUT_TRUST, ...CHANGED]));
  return others.length === 0 && !(store.validation_state === "Invalid" && integrity === "intact");
}

// This registry's roots are given to the reader as the user's, the C2PA lists as the system's; it says which it found.
function vouched({ success, failure }) {
  const trusted = success.find((one) => one.code === "signingCredential.trusted");
  if (!trusted || failure.some((one) => one.code === "signingCredential.untrusted")) return "untrusted";
  return /\buser(_|\b)/i.test(trusted.explanation ?? "") ? "registry" : "listed";
}

/** Whether what the credentials state may be repeated: intact, signed, by a signer somebody here vouches for. */
export const reliable = (found) =>
  found.integrity === "intact" && found.signature === "valid" && ["listed", "registry"].includes(found.trust);
