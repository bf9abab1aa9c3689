// tus-js-client as it is, in front of a real web: `node upload.mjs MODULES ADDRESS TOKEN FILE SHA256 URLS` prints what it did as JSON.
import { createRequire } from "node:module";
import fs from "node:fs";

const [, , modules, endpoint, token, path, sha256, urls] = process.argv;
const tus = createRequire(`${modules}/`)("tus-js-client");
const headers = { Authorization: `Bearer ${token}` };
const size = fs.statSync(path).size;
const retryDelays = [0, 500, 1000, 3000, 5000];

function upload(file, options, watch = () => {}) {
  return new Promise((resolve, reject) => {
    const one = new tus.Upload(file, {
      endpoint, headers, retryDelays, metadata: { filename: "sh114.mp4", sha256 },
      onError: reject, onSuccess: () => resolve(one.url), ...options,
      onProgress: (sent) => watch(one, sent, resolve),
    });
    Promise.resolve(options.before?.(one)).then(() => one.start()).catch(reject);
  });
}

const told = {};
// A stream has no length in HTTP: it comes in chunks. It is broken off in the middle, and resumed by another object.
const urlStorage = new tus.FileUrlStorage(urls);
let broken = false;
await upload(fs.createReadStream(path), { urlStorage, uploadSize: size, fingerprint: async () => "sh114" }, (one, sent, done) => {
  if (!broken && sent > size / 3) {
    broken = true;
    one.abort().then(() => done(null));
  }
});
let resumedAt = null;
told.streamed = await upload(fs.createReadStream(path), {
  urlStorage, uploadSize: size, fingerprint: async () => "sh114",
  before: async (one) => one.resumeFromPreviousUpload((await one.findPreviousUploads())[0]),
}, (one, sent) => { resumedAt ??= sent; });
told.broken = broken;
told.resumedAt = resumedAt;
// In pieces, the first of them with the creation.
const content = fs.readFileSync(path);
told.pieces = await upload(content, { chunkSize: Math.ceil(size / 3), uploadDataDuringCreation: true });
told.posted = await upload(content, { overridePatchMethod: true });
// Begun, and ended for good.
const ended = new tus.Upload(content, { endpoint, headers, retryDelays, chunkSize: 1000, metadata: {} });
await new Promise((resolve, reject) => {
  ended.options.onError = reject;
  ended.options.onChunkComplete = () => ended.abort(true).then(resolve, reject);
  ended.start();
});
told.ended = ended.url;
console.log(JSON.stringify(told));
