// Check a file without leaving the page: drop it, hear how far it is, read the report.
// Without this script the same form works as a plain form.
"use strict";

const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

function prepare(form) {
  const input = form.querySelector("input[name=file]");
  const drop = form.querySelector("[data-drop]");

  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length === 0) return;
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    input.files = one.files;
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); send(form, input.files[0].size); });
}

function send(form, size) {
  const said = form.querySelector("[data-said]");
  const button = form.querySelector("button");
  const request = new XMLHttpRequest();
  let tenth = -1;

  request.open("POST", form.action);
  request.setRequestHeader("Accept", "text/html");
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    // Said at each tenth only, so that a screen reader can keep up.
    if (Math.floor(loaded / total * 10) === tenth) return;
    tenth = Math.floor(loaded / total * 10);
    const sent = megabytes(Math.min(loaded, size));
    said.textContent = form.dataset.sending.replace("{sent}", sent).replace("{size}", megabytes(size));
  });
  request.upload.addEventListener("load", () => {
    said.textContent = form.dataset.sent;
  });
  request.addEventListener("load", () => show(request.responseText));
  request.addEventListener("error", () => {
    button.disabled = false;
    said.textContent = form.dataset.lost;
  });
  button.disabled = true;
  said.textContent = form.dataset.begun;
  request.send(new FormData(form));
}

// The answer is a whole page of this site: its main part and its title take the place of ours.
function show(html) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  const main = answer.querySelector("main");
  if (!main) {
    document.querySelector("[data-said]").textContent = document.querySelector("[data-check]").dataset.again;
    document.querySelector("form[data-check] button").disabled = false;
    return;
  }
  history.pushState(null, "", "/verify");
  document.title = answer.title;
  document.querySelector("main").replaceWith(document.adoptNode(main));
  main.querySelectorAll("form[data-check]").forEach(prepare);
  const heading = main.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus();
  window.scrollTo(0, 0);
}

document.querySelectorAll("form[data-check]").forEach(prepare);
window.addEventListener("popstate", () => window.location.reload());
