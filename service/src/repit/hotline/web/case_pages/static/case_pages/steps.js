// Back and reload among the questions of the intake, without the browser's own question whether a form shall be sent
// again. Without this script that question comes, and answering it either way does no harm.
//
// Each question is the answer to a form. What it carries (sealed; only the server can read it) is remembered in this tab
// until the tab is closed, the case is open or the page is left quickly; when the browser comes back to a question, that
// is sent to be shown again, with everything that was answered since. Nothing that was typed is remembered in clear.
"use strict";
(() => {
  const KEPT = "step";
  const memory = {
    get: () => {
      try {
        return sessionStorage.getItem(KEPT);
      } catch {
        return null;
      }
    },
    set: (state) => sessionStorage.setItem(KEPT, state),
  };
  const form = document.querySelector("form[data-step]");
  try {
    if (form === null) sessionStorage.removeItem(KEPT); // the case is open
    else if (form.dataset.answer !== undefined) answered(form.dataset.step);
    else cameBack(form.dataset.step, history.state?.step, memory.get());
  } catch {
    // No memory in this tab: the browser asks, as it always did.
  }

  // A page from the browser's own memory of pages: shown no more once what it carries was forgotten.
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted && form?.dataset.answer !== undefined && memory.get() === null) location.replace(form.action);
  });

  // An answer to a form: from now on a page like others.
  function answered(step) {
    memory.set(form.elements.state.value);
    history.replaceState({ step }, "");
  }

  // The browser came back to a question, and has the first one: show the right one in its place.
  function cameBack(first, step, state) {
    if (step === undefined || step === first || state === null) return;
    const again = document.createElement("form");
    again.method = "post";
    again.action = form.action;
    for (const [name, value] of [["state", state], ["show", step]]) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      again.append(field);
    }
    document.body.append(again);
    again.submit();
  }
})();
