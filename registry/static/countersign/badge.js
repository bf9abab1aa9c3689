// <countersign-badge credential="crd_…"><a href="…/c/crd_…">Content Credentials</a></countersign-badge>
// Shows the label of a file that is signed at this registry. No cookie, no storage, nothing about the visitor is sent.
// What stands inside the element is shown until the answer is there, and stays where there is none.
"use strict";

(() => {
  const home = new URL(document.currentScript.src).origin;
  const ID = /^crd_[A-Za-z0-9_-]{1,60}$/;
  const STYLE = `
    :host { display: inline-block; font: 0.9rem/1.4 system-ui, sans-serif; }
    :host([hidden]) { display: none; }
    a { display: inline-flex; flex-wrap: wrap; gap: 0.15rem 0.5rem; align-items: center; padding: 0.3rem 0.65rem;
        border: 1px solid #8a867d; border-radius: 0.4rem; background: #fff; color: #1d1c1a; text-decoration: none; }
    a:hover b { text-decoration: underline; }
    a:focus-visible { outline: 3px solid #2c4a73; outline-offset: 2px; }
    .label { padding: 0 0.55rem; border-radius: 1rem; background: #ece8f6; color: #5b4b8a; }
    .note { color: #5d5a54; font-size: 0.8em; }
    .read-out { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    @media (prefers-color-scheme: dark) {
      a { background: #1f2024; color: #ecebe7; border-color: #7d7a73; }
      a:focus-visible { outline-color: #9db9df; }
      .label { background: #2e2942; color: #bcaee6; }
      .note { color: #aaa69d; }
    }`;
  let sheet;

  function styled(root) {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
    }
    root.adoptedStyleSheets = [sheet];
  }

  function piece(name, kind, text) {
    const made = document.createElement(name);
    made.className = kind;
    made.textContent = text;
    return made;
  }

  class Badge extends HTMLElement {
    static observedAttributes = ["credential", "lang"];

    constructor() {
      super();
      styled(this.attachShadow({ mode: "open" }));
      this.shadowRoot.append(document.createElement("slot"));
    }

    connectedCallback() { this.ask(); }
    disconnectedCallback() { this.asked?.abort(); }
    attributeChangedCallback(name, before, now) { if (this.isConnected && before !== now) this.ask(); }

    get spanish() {
      return /^es\b/i.test(this.closest("[lang]")?.lang ?? "");
    }

    async ask() {
      this.asked?.abort();
      const asked = this.asked = new AbortController();
      const credential = this.getAttribute("credential") ?? "";
      const language = this.spanish ? "es" : "en";
      this.shadowRoot.replaceChildren(document.createElement("slot"));
      if (!ID.test(credential)) return;
      try {
        const answer = await fetch(`${home}/api/v1/disclosures/${credential}?lang=${language}`, {
          credentials: "omit", referrerPolicy: "no-referrer", mode: "cors", signal: asked.signal,
        });
        if (!answer.ok) return;
        const told = (await answer.json()).badge;
        if (!asked.signal.aborted) this.show(told, credential, language);
      } catch {
        // No answer, or the page does not allow the question: the plain link inside stays.
      }
    }

    show(told, credential, language) {
      const link = document.createElement("a");
      link.href = `${home}/c/${credential}?lang=${language}`;
      link.lang = language;
      link.rel = "noopener";
      link.append(piece("b", "name", told.name));
      if (told.label) link.append(piece("span", "label", told.label));
      if (told.note) link.append(piece("span", "note", told.note));
      link.append(piece("span", "read-out", told.text));
      this.shadowRoot.replaceChildren(link);
      this.dispatchEvent(new CustomEvent("countersign", { bubbles: true, detail: { state: told.state } }));
    }
  }

  if (!customElements.get("countersign-badge")) customElements.define("countersign-badge", Badge);
})();
