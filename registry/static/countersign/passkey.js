// A form that carries what a device is asked for a passkey: the device is asked, and its answer sent with the form.
// Without this script, or where the browser keeps no passkeys, the code does the same.
"use strict";

const KINDS = {
  create: (options) => ({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  get: (options) => ({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
};

const able = window.isSecureContext && window.PublicKeyCredential?.parseRequestOptionsFromJSON;

for (const asking of able ? document.querySelectorAll("[data-passkey]") : []) {
  const form = asking.closest("form");
  const [button, fault] = [asking.querySelector("button"), asking.querySelector(".fault[hidden]")];
  const kind = asking.dataset.passkey;
  for (const without of asking.querySelectorAll("[data-without]")) without.remove();
  button.hidden = false;
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const credential = await navigator.credentials[kind](KINDS[kind](JSON.parse(asking.dataset.options)));
      asking.querySelector("[data-answer]").value = JSON.stringify(credential);
      form.submit();
    } catch {
      fault.hidden = false;
      button.disabled = false;
      button.focus();
    }
  });
}
