// While someone writes, say so to the server now and then: a sign-in must not end under their hands. Nothing of
// what is written is sent. The desk works without this.
"use strict";
(() => {
  const EVERY_MS = 120_000;
  let last = performance.now();
  for (const form of document.querySelectorAll("[data-awake]")) {
    form.addEventListener("input", () => {
      if (performance.now() - last < EVERY_MS) return;
      last = performance.now();
      fetch(form.dataset.awake, { credentials: "same-origin" }).catch(() => {});
    });
  }
})();
