// The summary of what is amiss takes the focus, and each of its links goes to its field, with what names the field in
// sight. Without this script `autofocus` and plain links do nearly the same.
"use strict";
(() => {
  const summary = document.querySelector("[data-error-summary]");
  if (summary === null) return;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const id = event.target.closest?.("a")?.hash.slice(1);
    const field = id ? document.getElementById(id) : null;
    if (field === null) return;
    event.preventDefault();
    for (let above = field.parentElement; above !== null; above = above.parentElement) {
      if (above.tagName === "DETAILS") above.open = true;
    }
    const box = field.closest("fieldset") ?? field.closest(".field") ?? field;
    box.scrollIntoView();
    field.focus({ preventScroll: true });
  });
})();
