// Names proposed while somebody writes one: in a field as a list to pick from, for a field of many lines in a small field
// above it whose choice becomes a line. Without this script the same fields take a name or an id.
"use strict";

const WAIT = 200;
let number = 0;
let waiting;

function listOf(input) {
  if (input.list) return input.list;
  const list = document.createElement("datalist");
  list.id = `proposed_${(number += 1)}`;
  input.after(list);
  input.setAttribute("list", list.id);
  return list;
}

async function propose(input, address) {
  const said = input.value.trim();
  const answer = await fetch(`${address}?said=${encodeURIComponent(said)}`);
  if (!answer.ok || said !== input.value.trim()) return;
  const { found } = await answer.json();
  const options = found.map(({ write, words }) => Object.assign(document.createElement("option"), { value: write, label: words }));
  listOf(input).replaceChildren(...options);
}

function addField(lines) {
  const input = document.createElement("input");
  input.dataset.suggest = lines.dataset.suggest;
  input.autocomplete = "off";
  input.className = "written";
  input.placeholder = "Find a name to add";
  input.setAttribute("aria-label", `Find a name to add to: ${lines.labels[0]?.firstChild.textContent.trim() ?? ""}`);
  lines.before(input);
  const add = () => {
    const said = input.value.trim();
    if (!said) return;
    const have = lines.value.split("\n").map((line) => line.trim()).filter(Boolean);
    lines.value = [...new Set([...have, said])].join("\n");
    input.value = "";
  };
  input.addEventListener("change", add);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    add();
  });
  lines.dataset.found = "";
}

const findFields = () => document.querySelectorAll("textarea[data-suggest]:not([data-found])").forEach(addField);

findFields();
document.addEventListener("focusin", findFields);
document.addEventListener("input", ({ target }) => {
  const address = target.dataset.suggest;
  if (!address || target.tagName !== "INPUT" || !target.value.trim()) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => propose(target, address), WAIT);
});
