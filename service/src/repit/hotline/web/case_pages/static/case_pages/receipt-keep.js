// Printing, copying and saving a code that the page shows. Without this script the page prints from the browser's menu.
// Nothing is sent; the file is made here.
"use strict";
(() => {
  const bar = document.querySelector("[data-keep]");
  const codes = [...document.querySelectorAll(".code")];
  if (bar === null || codes.length === 0) return;
  const status = document.querySelector("[data-keep-status]");
  const say = (what) => (status.textContent = status.dataset[what]);

  // As it stands on the page, one line each; the words with their numbers.
  const text = () =>
    codes
      .map((code) =>
        [...code.querySelectorAll("p, li")]
          .filter((line) => line.offsetParent !== null)
          .map((line) => {
            const whole = line.innerText.replace(/\s+/g, " ").trim();
            return line.tagName === "LI" ? `${[...line.parentNode.children].indexOf(line) + 1}. ${whole}` : whole;
          })
          .join("\n"),
      )
      .join("\n\n");

  bar.querySelector("[data-keep-print]").addEventListener("click", () => window.print());
  bar.querySelector("[data-keep-copy]").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      say("copied");
    } catch {
      getSelection().selectAllChildren(codes[0]);
      say("selected");
    }
  });
  bar.querySelector("[data-keep-save]").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${text()}\n`], { type: "text/plain;charset=utf-8" }));
    link.download = "note.txt";
    link.click();
    URL.revokeObjectURL(link.href);
    say("saved");
  });
  bar.hidden = false;
})();
