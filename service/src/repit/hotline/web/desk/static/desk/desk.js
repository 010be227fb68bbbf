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

// In the list of cases, down and up (or j and k) go from one case to the next. Only while the focus is in the list,
// so that no key means anything elsewhere; Tab and Enter do the same without this.
(() => {
  const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };
  for (const list of document.querySelectorAll("[data-rows]")) {
    const links = [...list.querySelectorAll("tbody th a")];
    list.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !(event.key in STEPS)) return;
      const row = event.target.closest("tr");
      const next = links[links.findIndex((link) => row && row.contains(link)) + STEPS[event.key]];
      if (!next) return;
      event.preventDefault();
      next.focus();
    });
  }
})();
