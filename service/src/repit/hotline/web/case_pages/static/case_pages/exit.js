// Leaving quickly, a little better than the plain links do it: without this script they work all the same.
// Three presses of Shift within five seconds leave, as on GOV.UK's "Exit this page"; Escape is left to screen
// readers. The page is covered first, so that nothing can be read while the next one loads, and it is replaced,
// so that the Back button does not return to it. What this tab remembers of the intake is forgotten. Nothing is sent.
"use strict";
(() => {
  const links = document.querySelectorAll("a[data-exit]");
  if (links.length === 0) return;
  const status = document.querySelector("[data-exit-status]");
  const hint = document.querySelector("[data-exit-hint]");
  const PRESSES = 3;
  const WINDOW_MS = 5000;
  let pressed = [];

  const leave = () => {
    document.title = "…";
    if (status) status.textContent = status.dataset.exitMessage;
    document.documentElement.classList.add("leaving");
    try {
      sessionStorage.clear();
    } catch {
      // this tab has no memory
    }
    location.replace(links[0].href);
  };

  for (const link of links) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      leave();
    });
  }
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") {
      pressed = [];
      return;
    }
    const now = performance.now();
    pressed = [...pressed.filter((then) => now - then < WINDOW_MS), now];
    if (pressed.length >= PRESSES) leave();
  });
  // A page taken from the Back button's memory is shown as it was left: uncover it.
  window.addEventListener("pageshow", () => document.documentElement.classList.remove("leaving"));
  if (hint) hint.hidden = false;
})();
