// Counts down how long a decision can be undone. Nothing here is needed: without it the button says by itself
// whether it came too late. Told to whoever hears the page: that it can be undone, and once that it cannot.
"use strict";
(() => {
  const shown = (words, seconds) => words.replace("{seconds}", String(seconds));
  for (const pending of document.querySelectorAll("[data-undo]")) {
    const left = pending.querySelector("[data-undo-left]");
    const status = pending.querySelector("[data-undo-status]");
    const ends = performance.now() + Number(pending.dataset.undo) * 1000;
    pending.querySelector("[data-undo-plain]").hidden = true;
    const over = () => {
      const form = pending.querySelector("form");
      const focused = form.contains(document.activeElement);
      form.remove();
      left.textContent = "";
      status.classList.remove("unseen");
      status.textContent = pending.dataset.over;
      if (focused) {
        pending.tabIndex = -1;
        pending.focus();
      }
    };
    const tick = () => {
      const seconds = Math.ceil((ends - performance.now()) / 1000);
      if (seconds <= 0) return over();
      left.textContent = shown(pending.dataset.left, seconds);
      setTimeout(tick, 250);
    };
    tick();
    if (Number(pending.dataset.undo) > 0) {
      // A region that was empty when the page came is read aloud once something stands in it.
      setTimeout(() => { status.textContent = status.textContent || shown(pending.dataset.left, pending.dataset.undo); }, 300);
    }
  }
})();
