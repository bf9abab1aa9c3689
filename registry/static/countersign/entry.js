// Entering a consent: the chosen paper stands beside the form, and one more block comes without a reload.
// Without this script the same form works; asking for one more block loads the page again.
"use strict";

function addBlock(form) {
  const total = form.querySelector("[name=lines-TOTAL_FORMS]");
  const blank = form.querySelector("template[data-blank]");
  const holder = document.createElement("div");
  holder.innerHTML = blank.innerHTML.replaceAll("__prefix__", total.value);
  const block = holder.firstElementChild;
  blank.before(block);
  total.value = Number(total.value) + 1;
  block.querySelector("[data-number]").textContent = total.value;
  block.querySelector("select").focus();
}

function showPaper(form, input) {
  const aside = form.querySelector(".paper");
  const frame = aside.querySelector("iframe") ?? aside.appendChild(document.createElement("iframe"));
  aside.querySelector("[data-none]")?.remove();
  frame.title = "The document just chosen";
  // A hint to viewers of PDF; pictures ignore it.
  frame.src = `${URL.createObjectURL(input.files[0])}#navpanes=0&view=FitH`;
}

document.querySelectorAll("form[data-entry]").forEach((form) => {
  form.querySelector("[data-more]").addEventListener("click", (event) => {
    event.preventDefault();
    addBlock(form);
  });
  const input = form.querySelector("input[type=file]");
  input?.addEventListener("change", () => { if (input.files.length) showPaper(form, input); });
});
