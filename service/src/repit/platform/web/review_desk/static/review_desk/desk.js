// Single keys for the desk, where the member wants them (data-shortcuts). Nothing here is needed: every key
// stands for a control on the page. Keys do nothing while someone types, or with Ctrl, Alt or Meta held.
"use strict";
(() => {
  const page = document.querySelector("[data-shortcuts]");
  const reveal = document.querySelector("[data-reveal]");
  const hide = () => reveal && reveal.classList.remove("shown");
  // A picture must not stay open behind another window.
  window.addEventListener("blur", hide);
  document.addEventListener("visibilitychange", hide);
  if (!page) return;

  const typing = (node) => node.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
  const press = (key) => document.querySelector(`[data-key="${key}"]`);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    if (event.key === "v" && reveal) {
      reveal.classList.add("shown");
      return;
    }
    const control = press(event.key);
    if (!control || event.repeat) return;
    event.preventDefault();
    if (control.matches("[type=radio], select, textarea")) control.focus();
    if (!control.matches("select, textarea")) control.click();
  });
  document.addEventListener("keyup", (event) => {
    if (event.key === "v") hide();
  });
})();
