// Entering a consent: the chosen paper stands beside the form, and one more block comes without a reload.
// Without this script the same form works; asking for one more block loads the page again, and the description is looked
// over on a page of its own.
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

async function lookOver(form, button) {
  const said = new FormData();
  for (const name of ["csrfmiddlewaretoken", "description"]) said.append(name, form.elements[name].value);
  const answer = await fetch(button.formAction, { method: "POST", body: said });
  if (!answer.ok) return;
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-answer]");
  form.querySelector("[data-looked-over]").replaceChildren(...(found?.childNodes ?? []));
}

document.querySelectorAll("form[data-entry]").forEach((form) => {
  form.querySelector("[data-more]").addEventListener("click", (event) => {
    event.preventDefault();
    addBlock(form);
  });
  const look = form.querySelector("[data-look]");
  look?.addEventListener("click", (event) => {
    event.preventDefault();
    lookOver(form, look);
  });
  form.elements.description?.addEventListener("change", () => lookOver(form, look));
  const input = form.querySelector("input[type=file]");
  input?.addEventListener("change", () => { if (input.files.length) showPaper(form, input); });
});
