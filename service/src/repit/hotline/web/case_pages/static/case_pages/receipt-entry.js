// Eight boxes for the eight words, in the place of the one field that there is without this script. Each word is
// looked up while it is typed, in the lists that came with the page: whether it is in the list, never whether it is
// the right one. What is sent is still the one field, which the boxes fill. Nothing is sent or kept meanwhile.
"use strict";
(() => {
  const WORDS = 8;
  const TELLING = 4;
  const lists = Object.entries(globalThis.receiptWords).map(([language, { listed, retired }]) => {
    const shown = listed.split(" ");
    return { language, shown, read: [...shown, ...retired.split(" ")] };
  });
  const texts = JSON.parse(document.getElementById("entry-texts").textContent);
  const said = (name, values = {}) => texts[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);

  const plain = (typed) => typed.toLowerCase().normalize("NFKD").replace(/œ/g, "oe").replace(/[^\p{ASCII}]/gu, "");
  const parts = (typed) => plain(typed).match(/[a-z]+/g) ?? [];

  // As hotline/cases/words.py reads: a cut ending is read, another ending is not.
  const isWord = (part, list) =>
    list.read.some(
      (word) =>
        (word.slice(0, TELLING) === part.slice(0, TELLING) || word === part.slice(0, 3)) &&
        (word.startsWith(part) || part.startsWith(word)),
    );
  const mayBecome = (part) => lists.some((list) => list.read.some((word) => word.startsWith(part)) || isWord(part, list));

  // As hotline/cases/misspelt.py measures: letters left out, added, changed, or swapped with the next.
  function distance(one, other, most) {
    if (Math.abs(one.length - other.length) > most) return most + 1;
    let before = [];
    let last = [...Array(other.length + 1).keys()];
    for (let i = 1; i <= one.length; i += 1) {
      const row = [i];
      for (let j = 1; j <= other.length; j += 1) {
        let least = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (one[i - 1] !== other[j - 1]));
        if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
          least = Math.min(least, before[j - 2] + 1);
        }
        row.push(least);
      }
      [before, last] = [last, row];
    }
    return last.at(-1);
  }
  function nearest(part, list) {
    const most = part.length <= TELLING ? 1 : 2;
    const measured = list.shown.map((word) => [distance(part, word, most), word]);
    const least = Math.min(...measured.map(([far]) => far));
    const found = measured.filter(([far]) => far === least);
    return least <= most && found.length === 1 ? found[0][1] : "";
  }

  function made(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  for (const field of document.querySelectorAll("[data-words]")) boxesFor(field);

  function boxesFor(field) {
    const area = field.querySelector("textarea");
    const required = area.required;
    // What the service says is amiss stands where one types, and its summary leads there.
    const amiss = field.querySelector(".amiss");
    const links = document.querySelectorAll(`[data-error-summary] a[href="#${area.id}"]`);
    const leadTo = (control) => links.forEach((link) => (link.hash = control.id));
    const boxes = [];
    const status = made("p", { className: "boxes-status" });
    status.setAttribute("role", "status");
    const grid = made("ol", { className: "boxes" });
    const hint = made("p", { className: "hint", id: `${area.id}-boxes-hint`, textContent: said("hint") });
    const toCharacters = made("button", { type: "button", className: "as-link", textContent: said("characters") });
    const toWords = made("button", { type: "button", className: "as-link", textContent: said("words") });
    const group = made("fieldset", { className: "field" }, made("legend", { textContent: said("legend") }), hint, grid);
    group.append(status, made("p", {}, toCharacters));
    if (amiss !== null) {
      group.classList.add("wrong");
      group.setAttribute("aria-describedby", amiss.id);
    }
    for (let at = 1; at <= WORDS; at += 1) grid.append(box(at));

    function box(at) {
      const input = made("input", {
        type: "text",
        id: `${area.id}-${at}`,
        maxLength: 300,
        autocomplete: "off",
        spellcheck: false,
        enterKeyHint: at < WORDS ? "next" : "go",
      });
      input.setAttribute("autocapitalize", "none");
      const label = made("label", { htmlFor: input.id, textContent: said("word", { at }) });
      const message = made("p", { className: "box-error", id: `${input.id}-error`, hidden: true });
      const take = made("button", { type: "button", className: "quiet", hidden: true });
      const held = { at, input, message, take, whole: "" };
      boxes.push(held);
      take.addEventListener("click", () => {
        input.value = take.value;
        settled(held);
        fill();
        (boxes[at]?.input.value === "" ? boxes[at].input : input).focus();
      });
      input.addEventListener("input", () => typed(held));
      input.addEventListener("blur", () => settled(held));
      input.addEventListener("keydown", (event) => {
        if (event.key === "Backspace" && input.value === "" && at > 1) {
          event.preventDefault();
          boxes[at - 2].input.focus();
        } else if (event.key === "Enter" && at < WORDS && boxes.some((each) => each.input.value === "")) {
          event.preventDefault();
          boxes[at].input.focus();
        }
      });
      return made("li", {}, label, input, message, take);
    }

    // Several words at once (pasted, dictated, or a word and the space after it) go into this box and those after it.
    function typed(held) {
      const value = held.input.value;
      if (/\d/.test(value) && parts(value).length < WORDS) {
        area.value = value.trim();
        showCharacters();
        return;
      }
      const found = parts(value);
      if (/[^\p{L}]/u.test(value) && found.length > 0) {
        const from = found.length >= WORDS ? 0 : held.at - 1;
        found.slice(0, WORDS - from).forEach((part, index) => {
          boxes[from + index].input.value = part;
          settled(boxes[from + index]);
        });
        boxes[Math.min(from + found.length, WORDS - 1)].input.focus();
        fill();
        if (from + found.length > WORDS) status.textContent = said("too-many", { count: from + found.length });
        return;
      }
      if (found.length === 0) held.input.value = "";
      if (found.length > 0 && !mayBecome(found[0])) settled(held);
      else told(held);
      fill();
    }

    // The language is the one that most of the words are of.
    function language() {
      const typedWords = boxes.flatMap((each) => parts(each.input.value));
      const counted = lists.map((list) => [typedWords.filter((part) => isWord(part, list)).length, list]);
      const here = document.documentElement.lang;
      counted.sort(([one, a], [other, b]) => other - one || (b.language === here) - (a.language === here));
      return counted[0][1];
    }

    function settled(held) {
      const [part] = parts(held.input.value);
      if (part === undefined || lists.some((list) => isWord(part, list))) {
        told(held);
        return;
      }
      const meant = nearest(part, language());
      told(held, said("not-listed"), said(meant ? "meant" : "unknown", { at: held.at, meant }), meant);
    }

    // `text` stands under the box, `whole` where all of it is read out; neither where nothing is amiss.
    function told(held, text = "", whole = "", meant = "") {
      const { input, message, take } = held;
      held.whole = whole;
      message.textContent = text;
      message.hidden = text === "";
      take.hidden = meant === "";
      take.value = meant;
      take.textContent = said("take", { meant });
      if (text === "") {
        input.removeAttribute("aria-invalid");
        input.removeAttribute("aria-describedby");
      } else {
        input.setAttribute("aria-invalid", "true");
        input.setAttribute("aria-describedby", message.id);
      }
    }

    function fill() {
      const held = boxes.flatMap((each) => parts(each.input.value));
      area.value = held.join(" ");
      const unknown = boxes.find((each) => !each.message.hidden);
      if (unknown) status.textContent = unknown.whole;
      else if (held.length === WORDS) status.textContent = said("all");
      else status.textContent = held.length ? said("count", { count: held.length }) : "";
    }

    // Before it is sent: an empty box among filled ones, a word that no list has. Both can be mended here.
    function holdUp(event) {
      if (group.hidden || event.submitter?.formNoValidate) return;
      const filled = boxes.filter((each) => each.input.value.trim() !== "");
      if (filled.length === 0 && !required) return;
      boxes.forEach(settled);
      for (const each of boxes) {
        if (each.input.value.trim() === "") told(each, said("empty"), said("missing", { at: each.at }));
      }
      const wrong = boxes.find((each) => !each.message.hidden);
      if (wrong === undefined) return;
      event.preventDefault();
      wrong.input.focus();
      status.textContent =
        filled.length < WORDS ? said("too-few", { count: filled.length, missing: wrong.whole }) : wrong.whole;
    }

    function showCharacters() {
      group.hidden = true;
      field.hidden = false;
      area.required = required;
      if (amiss !== null) field.prepend(amiss);
      leadTo(area);
      area.focus();
    }

    function showWords() {
      group.hidden = false;
      field.hidden = true;
      area.required = false; // a hidden field that must be filled would hold the form up without a word
      if (amiss !== null) grid.before(amiss);
      leadTo(boxes[0].input);
      const found = parts(area.value);
      boxes.forEach((each, index) => {
        each.input.value = found[index] ?? "";
        settled(each);
      });
      if (found.length > WORDS) status.textContent = said("too-many", { count: found.length });
      else fill();
    }

    toCharacters.addEventListener("click", () => {
      area.value = "";
      showCharacters();
    });
    toWords.addEventListener("click", () => {
      area.value = "";
      showWords();
      boxes[0].input.focus();
    });
    field.append(made("p", {}, toWords));
    field.after(group);
    area.form.addEventListener("submit", holdUp);
    // Characters that came back stay as they were typed; and the browser may fill the field in when it goes back.
    if (/\d/.test(area.value) && parts(area.value).length < WORDS) {
      group.hidden = true;
      field.hidden = false;
    } else showWords();
    window.addEventListener("pageshow", () => !group.hidden && area.value !== "" && showWords());
  }
})();
