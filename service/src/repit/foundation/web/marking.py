"""Marks on the fields of a page that is rendered already.

In: HTML of our own templates, fields with what is amiss in each. Out: the same HTML with a word before its
title, each field marked invalid and described by a message beside it, and what folds it away open. Next:
`complaints`, which adds the summary.

Nothing is parsed into a tree and written anew: start tags are found, and text is put in at their places, so
that whatever else stands on the page stays as it was, byte for byte.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import Final

_CONTROLS: Final = ("input", "select", "textarea")
_CHOICES: Final = ("radio", "checkbox")
_VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)


@dataclass(frozen=True, slots=True)
class Mark:
    """`field`: an id or a name. `text`: the message."""

    field: str
    text: str


@dataclass(eq=False, slots=True)
class _Tag:
    """A start tag. `start`, `end`: where it stands in the page; `close`: where its legend ended, of a
    fieldset."""

    name: str
    attributes: dict[str, str | None]
    start: int
    end: int
    above: tuple["_Tag", ...]
    legend: int = 0

    def get(self, name: str) -> str:
        return self.attributes.get(name) or ""

    def is_seen(self) -> bool:
        return self.get("type") != "hidden" and not any(
            "hidden" in tag.attributes for tag in (self, *self.above)
        )


class _Reader(HTMLParser):
    """Start tags with their places."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = [0, *(match.end() for match in re.finditer("\n", page))]
        self.tags: list[_Tag] = []
        self._open: list[_Tag] = []
        self.feed(page)
        self.close()

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._here()
        end = start + len(self.get_starttag_text() or "")
        found = _Tag(tag, dict(attrs), start, end, tuple(self._open))
        self.tags.append(found)
        if tag not in _VOID:
            self._open.append(found)

    def handle_endtag(self, tag: str) -> None:
        at = next((i for i, open_ in reversed(list(enumerate(self._open))) if open_.name == tag), None)
        if at is None:
            return
        if tag == "legend" and at and self._open[at - 1].name == "fieldset":
            self._open[at - 1].legend = self._here() + len("</legend>")
        del self._open[at:]


@dataclass(slots=True)
class Marked:
    """A page with its marks. `targets`: where the summary leads to, by field."""

    page: str
    targets: dict[str, str] = field(default_factory=dict)

    def target(self, name: str) -> str:
        """The id of what was marked; nothing where nothing was."""
        return self.targets.get(name, "")

    def with_summary(self, summary: str) -> str:
        """The page with this at the top of its text."""
        at = _top(_Reader(self.page).tags, len(self.page))
        return self.page[:at] + summary + self.page[at:]


def marked(page: str, marks: Iterable[Mark], before_title: str) -> Marked:
    """The page with each field marked, and this word before its title."""
    tags = _Reader(page).tags
    edits: list[tuple[int, int, str]] = []
    result, folds = Marked(page), dict[_Tag, None]()
    title = next((tag for tag in tags if tag.name == "title" and tag.above[-1].name == "head"), None)
    if title is not None:
        edits.append((title.end, title.end, f"{escape(before_title)} "))
    for name, texts in _by_field(marks).items():
        controls = _controls(tags, name)
        if controls:
            result.targets[name] = target = controls[0].get("id") or f"field-{name}"
            edits += _edits(controls, target, texts)
            folds |= _folds(controls[0])
        elif part := next((tag for tag in tags if tag.get("id") == name), None):
            result.targets[name] = name  # a part of the page that is no field: the summary leads there
            folds |= _folds(part)
    edits += [_with(fold, {"open": ""}) for fold in folds]  # each once, whatever is amiss in it
    result.page = _edited(page, edits)
    return result


def _by_field(marks: Iterable[Mark]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for mark in marks:
        if mark.field:
            found.setdefault(mark.field, []).append(mark.text)
    return found


def _controls(tags: list[_Tag], name: str) -> list[_Tag]:
    """The control with this id, or all with this name of the first form that has one."""
    controls = [tag for tag in tags if tag.name in (*_CONTROLS, "button") and tag.is_seen()]
    by_id = [tag for tag in controls if tag.get("id") == name]
    if by_id:
        return by_id
    named = [tag for tag in controls if tag.get("name") == name]
    return [tag for tag in named if _form(tag) is _form(named[0])]


def _folds(tag: _Tag) -> dict[_Tag, None]:
    """What folds it away and stands closed."""
    return {above: None for above in tag.above if above.name == "details" and "open" not in above.attributes}


def _form(tag: _Tag) -> _Tag | None:
    return next((above for above in tag.above if above.name == "form"), None)


def _edits(controls: list[_Tag], target: str, texts: list[str]) -> Iterator[tuple[int, int, str]]:
    first, message = controls[0], f"{target}_error"
    text = escape(" ".join(texts))
    beside = f'<p class="amiss" id="{escape(message)}">{text}</p>'
    if first.name == "button":
        # Answers that are pressed: their group is described, for no button is invalid.
        answers = next((above for above in reversed(first.above) if above.get("role") == "group"), first)
        yield answers.start, answers.start, beside
        yield _with(answers, {"aria-describedby": message})
        yield _with(first, {"id": target})
        return
    group = _nearest(first, "fieldset")
    if first.get("type") in _CHOICES and group is not None and group.legend:
        yield group.legend, group.legend, beside
        role = {"role": "radiogroup", "aria-invalid": "true"} if first.get("type") == "radio" else {}
        yield _with(group, {**role, "class": "wrong", "aria-describedby": message})
        for each in controls:
            own = {"aria-invalid": "true"} if each.get("type") == "checkbox" else {}
            own |= {"id": target} if each is first and not first.get("id") else {}
            if own:
                yield _with(each, own)
        return
    label, box = _nearest(first, "label"), _nearest(first, "div", "field")
    at = (label or first).start
    yield at, at, beside
    if box is not None:
        yield _with(box, {"class": "wrong"})
    yield _with(first, {"id": target, "aria-invalid": "true", "aria-describedby": message})


def _nearest(tag: _Tag, name: str, class_: str = "") -> _Tag | None:
    return next(
        (
            above
            for above in reversed(tag.above)
            if above.name == name and (not class_ or class_ in above.get("class").split())
        ),
        None,
    )


def _with(tag: _Tag, attributes: dict[str, str]) -> tuple[int, int, str]:
    """The start tag anew, with these; lists of words grow, and what it has of others stays. It keeps them, so
    that a tag that several fields share is written with what each of them brings."""
    has = tag.attributes
    for name, value in attributes.items():
        if name in ("class", "aria-describedby"):
            words = tag.get(name).split()
            has[name] = " ".join([*words, *([] if value in words else [value])])
        else:
            has[name] = has.get(name) or value
    written = "".join(
        f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in has.items()
    )
    return tag.start, tag.end, f"<{tag.name}{written}>"


def _edited(page: str, edits: list[tuple[int, int, str]]) -> str:
    """With each tag written once, as it was last; what is put in at one place stays in its order."""
    put_in = [edit for edit in edits if edit[0] == edit[1]]
    tags = {edit[0]: edit for edit in edits if edit[0] != edit[1]}
    last_first = [*put_in, *tags.values()][::-1]
    for start, end, text in sorted(last_first, key=lambda edit: edit[:2], reverse=True):
        page = page[:start] + text + page[end:]
    return page


def _top(tags: list[_Tag], fallback: int) -> int:
    """Where the text of the page begins: within `main`, within the column in it, if it has one."""
    main = next((tag for tag in tags if tag.name == "main"), None)
    if main is None:
        return fallback
    column = next(
        (
            tag
            for tag in tags
            if tag.above[-1:] == (main,) and tag.name == "div" and tag.get("class") == "width"
        ),
        None,
    )
    return (column or main).end
