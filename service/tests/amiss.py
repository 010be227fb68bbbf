"""What a page says of a form that is amiss, read as a browser and a screen reader would.

In: an answer. Out: the page, or an assertion that fails. Next: the tests of every form.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

BEFORE = {"en": "Error: ", "fr": "Erreur\u00a0: "}
VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")


class Node:
    """An element: its name, attributes, what it stands in, what stands in it."""

    def __init__(self, name: str, attributes: dict[str, str | None], parent: Node | None) -> None:
        self.name, self.attributes, self.parent = name, attributes, parent
        self.inside: list[Node | str] = []

    def __getitem__(self, attribute: str) -> str:
        return self.attributes.get(attribute) or ""

    def all(self) -> Iterator[Node]:
        for each in self.inside:
            if isinstance(each, Node):
                yield each
                yield from each.all()

    def text(self) -> str:
        parts = (each if isinstance(each, str) else each.text() for each in self.inside)
        return " ".join("".join(parts).split(" \n")).strip()

    def having(self, tag: str = "", /, **attributes: str) -> list[Node]:
        return [
            node
            for node in self.all()
            if tag in ("", node.name) and all(node[key] == value for key, value in attributes.items())
        ]

    def only(self, tag: str = "", /, **attributes: str) -> Node:
        found = self.having(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of {tag} {attributes}"
        return found[0]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.at = Node("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs), self.at)
        self.at.inside.append(node)
        if tag not in VOID:
            self.at = node

    def handle_endtag(self, tag: str) -> None:
        node: Node | None = self.at
        while node is not None and node.name != tag:
            node = node.parent
        if node is not None and node.parent is not None:
            self.at = node.parent

    def handle_data(self, data: str) -> None:
        self.at.inside.append(data)


def read(page: str) -> Node:
    builder = _Builder()
    builder.feed(page)
    return builder.root


def amiss(answer: Any, *fields: str) -> Node:
    """The title says so, one summary leads to each of these fields (ids or names), and each is marked, with
    its message beside it."""
    page = read(answer.content.decode())
    assert page.only("title").text().startswith(BEFORE[page.only("html")["lang"]])
    summary = page.only("", id="error-summary")
    assert summary["role"] == "alert" and summary["tabindex"] == "-1" and "autofocus" in summary.attributes
    links = summary.having("a")
    assert len(links) == len(fields), f"{[link['href'] for link in links]} for {fields}"
    for link, field in zip(links, fields, strict=True):
        control = page.only("", id=link["href"].removeprefix("#"))
        assert field in (control["id"], control["name"]), f"{link['href']} is not {field}"
        marked = _marked(control)
        assert marked is not None, f"{field} is not marked"
        beside = [page.only("", id=word) for word in marked["aria-describedby"].split()]
        assert link.text() in [message.text() for message in beside if message["class"] == "amiss"]
    return page


def _marked(control: Node) -> Node | None:
    """What describes it: itself, or the group in which it stands; nothing where neither is marked invalid."""
    described: Node | None = control
    while described is not None and not described["aria-describedby"]:
        described = described.parent
    if described is None or "true" not in (control["aria-invalid"], described["aria-invalid"]):
        return None
    return described


def chosen(page: Node, name: str) -> list[str]:
    """The values that are chosen under a name: boxes, or an entry of a list."""
    boxes = [box["value"] for box in page.having("input", name=name) if "checked" in box.attributes]
    lists = [entry for box in page.having("select", name=name) for entry in box.having("option")]
    return boxes + [entry["value"] for entry in lists if "selected" in entry.attributes]


def typed(page: Node, name: str) -> str:
    """What stands in a box."""
    box = next(node for node in page.all() if node["name"] == name and node.name in ("input", "textarea"))
    return box.text() if box.name == "textarea" else box["value"]
