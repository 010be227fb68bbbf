"""What a page measures like in a real browser: nothing wider than the window, nothing too small to touch.

In: a page as it stands. Out: what is amiss, in words; empty where nothing is. Next: the tests of every page.
"""

from __future__ import annotations

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TOUCH = 44
"""CSS pixels, as WCAG 2.5.5 wants them. A link within a sentence may be as small as the sentence (2.5.8)."""

_TOO_WIDE = """() => {
    const most = document.documentElement.clientWidth, found = [];
    if (document.documentElement.scrollWidth <= most) return found;
    for (const node of document.body.querySelectorAll("*")) {
        const box = node.getBoundingClientRect();
        const scrolls = node.closest(".table, .scroll, .unseen, pre");
        if (box.right > most + 1 && box.width > 0 && !(scrolls && scrolls !== node) && !node.children.length)
            found.push(`${node.tagName} to ${box.right}: ${node.textContent.trim().slice(0, 40)}`);
    }
    return found.length ? found : [`the page is ${document.documentElement.scrollWidth} wide`];
}"""

_TOO_SMALL = """(least) => {
    const found = [];
    const controls = "a[href], button, summary, select, textarea, input:not([type=hidden])";
    for (const node of document.querySelectorAll(controls)) {
        if (!node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
        if (node.closest(".unseen, .skip") || node.matches(".skip")) continue;
        if (node.matches("a") && inSentence(node)) continue;
        const boxes = [node, ...(node.labels ?? [])].map((each) => each.getBoundingClientRect());
        const after = getComputedStyle(node, "::after");
        if (after.content !== "none" && after.position === "absolute")
            boxes.push((node.offsetParent ?? node).getBoundingClientRect());
        // A box and its label side by side are one target.
        const choice = node.matches("[type=checkbox], [type=radio]");
        const high = Math.max(...boxes.map((box) => box.height));
        const wide = choice && boxes.length > 1
            ? Math.max(...boxes.map((box) => box.right)) - Math.min(...boxes.map((box) => box.left))
            : Math.max(...boxes.map((box) => box.width));
        if (high < least - 0.5 || wide < least - 0.5)
            found.push([
                `${node.tagName} ${Math.round(wide)} × ${Math.round(high)}: `,
                (node.textContent.trim() || node.name).slice(0, 40),
            ].join(""));
    }
    return found;

    // A link of text: in a paragraph, an entry, a cell, not in what leads from page to page.
    function inSentence(link) {
        return getComputedStyle(link).display === "inline"
            && link.closest("p, li, dd, dt, td, th, h1, h2, h3, label, legend, caption") !== null
            && link.closest("nav, footer, header, aside, .actions, .ways") === null;
    }
}"""


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways; a table may, within itself."""
    found: list[str] = page.evaluate(_TOO_WIDE)
    return found


def too_small(page: Page) -> list[str]:
    """What is smaller than a fingertip."""
    found: list[str] = page.evaluate(_TOO_SMALL, TOUCH)
    return found


def text_at(page: Page, percent: int) -> None:
    """Text alone larger or smaller, as a browser's own setting makes it, through the style object: the page's
    policy stays in force."""
    if percent == 100:
        page.evaluate("document.documentElement.style.removeProperty('font-size')")
        return
    page.evaluate(
        """(share) => {
            const root = document.documentElement;
            root.style.removeProperty("font-size");
            root.style.fontSize = `${parseFloat(getComputedStyle(root).fontSize) * share}px`;
        }""",
        percent / 100,
    )


def opened(page: Page) -> None:
    """Everything that is folded is unfolded."""
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")


def by_the_book(page: Page, *, enhanced: bool, colours: bool = False) -> list[str]:
    """What axe finds by WCAG A and AA, 2.2 included; `enhanced`: contrast of level AAA, too. `colours`: only
    what another light can change."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(
        """({ enhanced, colours, both }) => axe.run(document, {
            resultTypes: ["violations"],
            runOnly: colours
                ? { type: "rule", values: enhanced ? both : both.slice(0, 1) }
                : { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
            rules: enhanced ? { "color-contrast-enhanced": { enabled: true } } : {},
        }).then(({ violations }) => violations)""",
        {"enhanced": enhanced, "colours": colours, "both": ["color-contrast", "color-contrast-enhanced"]},
    )
    return [f"{each['id']}: {each['help']}: {[node['html'] for node in each['nodes']]}" for each in found]


SHOTS = Path(__file__).resolve().parents[2] / "artefacts" / "pages" / "walk"
SIZES = (1280, 390, 320)


def whole(page: Page, name: str, *, person: bool) -> list[str]:
    """Everything that is amiss with a page at any width, light and text size. With PAGE_SHOTS=1 each variant
    is kept as a picture, to be looked at."""
    opened(page)
    found: list[str] = []
    shots = os.environ.get("PAGE_SHOTS") == "1"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [
            f"{scheme}: {each}" for each in by_the_book(page, enhanced=person, colours=scheme == "dark")
        ]
        for width in SIZES if shots else SIZES[:: 2 if scheme == "light" else 3]:
            page.set_viewport_size({"width": width, "height": 800})
            for share in (100, 200):
                text_at(page, share)
                if scheme == "light":
                    found += [f"{width} px, {share} %: {each}" for each in too_wide(page)]
                    found += [f"{width} px: {each}" for each in (too_small(page) if share == 100 else [])]
                if shots:
                    SHOTS.mkdir(parents=True, exist_ok=True)
                    page.screenshot(path=SHOTS / f"{name}-{width}-{scheme}-{share}.png", full_page=True)
            text_at(page, 100)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": SIZES[0], "height": 800})
    return [f"{name}: {each}" for each in found]
