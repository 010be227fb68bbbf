// The button of the page where files are chosen says how many there are. Without this script it says "Protect".
//
// The island of files tells of them in its `data-items`. Where there are some, nobody is asked to go on without; what was
// chosen beside them comes along when the language changes.
"use strict";
(() => {
  const island = document.querySelector("[data-device]");
  const button = document.querySelector("[data-protect]");
  const without = document.querySelector("[data-without]");
  const plain = button.textContent;
  const told = () => {
    const count = Number(island.dataset.items ?? 0);
    without.hidden = count > 0;
    button.textContent =
      count === 0 ? plain : count === 1 ? button.dataset.one : button.dataset.more.replace("{count}", String(count));
  };
  new MutationObserver(told).observe(island, { attributeFilter: ["data-items"] });
  told();

  document.querySelector("[data-switch]").addEventListener("submit", (event) => {
    for (const chosen of button.form.querySelectorAll("input[type=radio]:checked")) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = chosen.name;
      field.value = chosen.value;
      event.target.append(field);
    }
  });
})();
