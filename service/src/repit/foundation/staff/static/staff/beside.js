// Words in one form of the page, while another form of it is sent: they go along, so that they stand there again
// on the page that comes next. Without this script they are lost, as on any page that is left.
"use strict";
(() => {
  const typed = (field) => {
    if (!field.name || field.type === "hidden" || field.type === "password" || field.type === "submit") return false;
    if (field.type === "radio" || field.type === "checkbox") return field.checked && !field.defaultChecked;
    if (field.matches("select")) return field.selectedIndex > 0 && !field.selectedOptions[0].defaultSelected;
    return field.matches("textarea, input") && field.value.trim() !== "";
  };
  const beside = (sent) => {
    for (const form of document.querySelectorAll("form[data-typed]")) {
      if (form === sent) continue;
      for (const field of [...form.elements].filter(typed)) {
        const copy = document.createElement("input");
        copy.type = "hidden";
        copy.name = `beside:${field.name}`;
        copy.value = field.value;
        sent.append(copy);
      }
    }
  };
  document.addEventListener("submit", (event) => {
    if (event.target.querySelector("[name=form]")) beside(event.target);
  });
})();
