// Check a file without leaving the page: drop it, paste it or choose it. Where this installation has the reader for browsers,
// the file is read here first and nothing of it is sent until its owner asks; else it is sent, and the report shown.
// Without this script the same forms work as plain forms.
"use strict";

const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
// The check made in this browser of the file last brought, to be shown beside the server's.
let checked = null;

function prepare(form) {
  const input = form.querySelector("input[name=file]");
  const drop = form.querySelector("[data-drop]");
  const said = form.querySelector("[data-said]");

  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", (event) => {
    const file = event.clipboardData?.files[0];
    if (!file || !form.isConnected) return;
    event.preventDefault();
    take(file);
  });
  if (form.dataset.reader) {
    input.addEventListener("change", () => { if (input.files.length) read(form, input.files[0], said); });
  }
  form.addEventListener("submit", (event) => {
    // What is downloaded is the browser's own affair.
    if (event.submitter?.name === "as") return;
    event.preventDefault();
    if (form.dataset.reader) read(form, input.files[0], said);
    else send(form, new FormData(form), said, input.files[0].size);
  });

  function take(file) {
    if (!file) return;
    const one = new DataTransfer();
    one.items.add(file);
    input.files = one.files;
    form.requestSubmit();
  }
}

// Read by this browser. Where that cannot be, the page says so and offers the server; it sends nothing of itself.
async function read(form, file, said) {
  const area = document.querySelector("[data-browser]");
  const data = form.dataset;
  const acts = {
    ask: (sha256, told) => {
      const body = new FormData();
      body.append("record", sha256);
      send(form, body, told, 0, data.lookUp);
    },
    send: (brought, told) => {
      const body = new FormData(form);
      body.set("file", brought, brought.name);
      send(form, body, told, brought.size);
    },
  };
  checked = null;
  said.textContent = data.opening;
  form.closest("section").classList.add("brought");
  try {
    const { begin } = await import(data.reader);
    const where = { wasm: data.wasm, roots: [data.roots], lists: data.lists.split(" ").filter(Boolean), listed: data.listed };
    checked = await begin({ area, template: document.querySelector("template[data-words]"), file, where, acts });
    said.textContent = "";
  } catch (error) {
    console.info(error);
    area.replaceChildren();
    said.textContent = data.cannot;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn plain", textContent: data.sendIt });
    button.addEventListener("click", () => acts.send(file, said));
    area.append(button);
  }
}

function send(form, body, said, size, action = form.action) {
  const data = form.dataset;
  const buttons = [...document.querySelectorAll("main button")];
  const request = new XMLHttpRequest();
  let tenth = -1;

  request.open("POST", action);
  request.setRequestHeader("Accept", "text/html");
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    // Said at each tenth only, so that a screen reader can keep up.
    if (!size || Math.floor(loaded / total * 10) === tenth) return;
    tenth = Math.floor(loaded / total * 10);
    const sent = megabytes(Math.min(loaded, size));
    said.textContent = data.sending.replace("{sent}", sent).replace("{size}", megabytes(size));
  });
  request.upload.addEventListener("load", () => { said.textContent = size ? data.sent : data.asked; });
  request.addEventListener("load", () => {
    if (!show(request.responseText)) failed(data.again);
  });
  request.addEventListener("error", () => failed(data.lost));
  buttons.forEach((button) => { button.disabled = true; });
  said.textContent = size ? data.begun : data.asked;
  request.send(body);

  function failed(sentence) {
    buttons.forEach((button) => { button.disabled = false; });
    said.textContent = sentence;
  }
}

// The answer is a whole page of this site: its main part and its title take the place of ours.
function show(html) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  const main = answer.querySelector("main");
  if (!main) return false;
  history.pushState(null, "", "/verify" + location.search);
  document.title = answer.title;
  document.querySelector("main").replaceWith(document.adoptNode(main));
  checked?.beside(main);
  main.querySelectorAll("form[data-check]").forEach(prepare);
  const heading = main.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus();
  window.scrollTo(0, 0);
  return true;
}

document.querySelectorAll("form[data-check]").forEach(prepare);
window.addEventListener("popstate", () => window.location.reload());
