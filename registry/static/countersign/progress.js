// How far a long errand is, asked for every two seconds. Without this script the page loads itself again.
"use strict";

async function look() {
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    const there = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-progress]");
    const here = document.querySelector("[data-progress]");
    if (!answer.ok || !there || there.dataset.progress !== here.dataset.progress) return location.reload();
    for (const part of [".head", "progress", "label[for=progress]"]) {
      const [old, fresh] = [here.querySelector(part), there.querySelector(part)];
      if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(fresh);
    }
  } catch {
    // The network is away; the errand is not.
  }
  setTimeout(look, 2000);
}

setTimeout(look, 2000);
