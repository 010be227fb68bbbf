// A passkey derives the secret that opens a caseworker's keys (WebAuthn, extension "prf"). The form shows only
// where a browser can do it; without it the passphrase does everything.
"use strict";
(() => {
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

  const derived = async (form) => {
    const found = await navigator.credentials.get({
      publicKey: {
        // Nothing is signed in by this: the derived secret alone shows who it is, by opening the keys.
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        allowCredentials: form.dataset.ids.split(" ").map((id) => ({ type: "public-key", id: bytes(id) })),
        userVerification: "required",
        extensions: { prf: { eval: { first: bytes(form.dataset.salt) } } },
      },
    });
    const prf = found.getClientExtensionResults().prf;
    return prf && prf.results && prf.results.first;
  };

  for (const form of document.querySelectorAll("[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    const problem = form.querySelector("[data-problem]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      problem.hidden = true;
      const secret = await derived(form).catch(() => undefined);
      if (secret) {
        form.elements.namedItem("secret").value = text(secret);
        form.submit();
      } else {
        problem.hidden = false;
      }
    });
  }
})();
