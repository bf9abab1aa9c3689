// Where a file on its way stands, asked for while the page is looked at, more and more rarely. Without this script there is
// the link “Look again”.
"use strict";

const SOON = 3000, LATE = 30000;
let pause = SOON;

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
      const here = document.querySelector("[data-live]");
      if (!answer.ok || !fresh) return location.reload();
      if (fresh.dataset.state !== here.dataset.state) {
        // History and measurements change with the state: the whole page is read anew once it is at rest.
        if (!("underWay" in fresh.dataset)) return location.reload();
        if (!here.contains(document.activeElement)) here.replaceWith(fresh);
      }
    } catch {
      // The network is away; the file is not.
    }
    pause = Math.min(pause * 1.3, LATE);
  }
  setTimeout(look, pause);
}

document.addEventListener("visibilitychange", () => { pause = SOON; });
setTimeout(look, pause);
