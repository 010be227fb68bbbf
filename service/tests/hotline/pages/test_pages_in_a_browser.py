"""What a person meets: each page in both languages, wide and narrow, light and dark, by keyboard, printed."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pytest
from chromium import TIMEOUT, violations
from playwright.sync_api import Browser, ConsoleMessage, Page

SHOTS = Path(__file__).resolve().parents[4] / "artefacts" / "pages"
WIDE, NARROW = (1280, 900), (320, 640)
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
PAGES = {
    "home": {"fr": "/fr/", "en": "/en/"},
    "first-steps": {"fr": "/fr/premiers-pas/", "en": "/en/first-steps/"},
    "threats": {"fr": "/fr/menaces/", "en": "/en/threats/"},
    "under-18": {"fr": "/fr/moins-de-18-ans/", "en": "/en/under-18/"},
    "helping": {"fr": "/fr/aider-quelqu-un/", "en": "/en/helping-someone/"},
    "helplines": {"fr": "/fr/qui-peut-aider/", "en": "/en/who-can-help/"},
    "who-we-are": {"fr": "/fr/qui-nous-sommes/", "en": "/en/who-we-are/"},
    "accessibility": {"fr": "/fr/accessibilite/", "en": "/en/accessibility/"},
    "professionals": {"fr": "/fr/professionnels/", "en": "/en/professionals/"},
    "what-we-keep": {"fr": "/fr/ce-que-nous-gardons/", "en": "/en/what-we-keep/"},
    "trusted": {"fr": "/fr/personne-de-confiance/", "en": "/en/trusted-person/"},
    "offline": {"fr": "/fr/sans-internet/", "en": "/en/without-internet/"},
    "take-up": {"fr": "/fr/q/none/", "en": "/en/q/none/"},
    "403": {"fr": "/fr/forbids/", "en": "/en/forbids/"},
    "404": {"fr": "/fr/absent/", "en": "/en/absent/"},
    "500": {"fr": "/fr/fails/", "en": "/en/fails/"},
}
REFUSALS = {"403", "404", "500"}
REACHABLE = """() => {
    window.reachable = [...document.querySelectorAll("a[href], summary, input, button")];
    window.reachable = window.reachable.filter(each => each.checkVisibility());
    return window.reachable.length;
}"""
"""How many things can be worked, in reading order; what stands in something closed is not among them."""


class Visit:
    """A page with what it asked of the network and what its console complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} {message.location['url']}")


@contextmanager
def visit(browser: Browser, size: tuple[int, int] = WIDE, **options: Any) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    context.set_default_timeout(TIMEOUT)
    try:
        yield Visit(context.new_page())
    finally:
        context.close()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_violation_at_any_width_or_light(
    browser: Browser, site: str, name: str, language: str
) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    with visit(browser) as seen:
        page = seen.page
        answer = page.goto(site + PAGES[name][language])
        assert answer is not None
        assert answer.status == (int(name) if name in REFUSALS else 200)
        assert page.locator("html").get_attribute("lang") == language
        for (width, height), scheme in product((WIDE, NARROW), SCHEMES):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=SHOTS / f"{name}-{language}-{width}-{scheme}.png", full_page=True)
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert all(url.startswith(f"{site}/") for url in seen.requests)
        assert seen.complaints == [] or name in REFUSALS
        assert page.context.cookies() == []


def test_the_check_sees_a_page_that_has_violations(browser: Browser, site: str) -> None:
    with visit(browser) as seen:
        seen.page.goto(f"{site}/broken")
        found = " ".join(violations(seen.page))
        for rule in ("document-title", "html-has-lang", "image-alt", "label"):
            assert rule in found


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_page_stays_whole_at_twice_the_text_size(browser: Browser, site: str, language: str) -> None:
    with visit(browser, NARROW, device_scale_factor=2) as zoomed, visit(browser) as enlarged:
        for name in PAGES.keys() - REFUSALS:
            # Zoom of 200 % on a screen of 640 px leaves 320 px and twice the dots: that is what browsers do.
            zoomed.page.goto(site + PAGES[name][language])
            assert zoomed.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            # Text alone at 200 % (WCAG 1.4.4), through the style object: the page's policy stays in force.
            enlarged.page.goto(site + PAGES[name][language])
            enlarged.page.evaluate("document.documentElement.style.fontSize = '225%'")
            assert enlarged.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            enlarged.page.screenshot(path=SHOTS / f"{name}-{language}-200.png", full_page=True)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_keyboard_alone_reaches_everything_in_reading_order(
    browser: Browser, site: str, language: str
) -> None:
    with visit(browser, NARROW) as seen:
        for name in PAGES.keys() - REFUSALS:
            seen.page.goto(site + PAGES[name][language])
            wanted = seen.page.evaluate(REACHABLE)
            met = []
            for _each in range(wanted):
                seen.page.keyboard.press("Tab")
                met.append(seen.page.evaluate("window.reachable.indexOf(document.activeElement)"))
                # The focus is in sight: inside the window and not under the bar that stays on top.
                assert seen.page.evaluate(
                    """() => {
                        const link = document.activeElement;
                        const box = [...link.getClientRects()][0];
                        const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
                        const there = document.elementFromPoint(x, y);
                        return there === link || link.contains(there);
                    }"""
                ), f"{name}: {met[-1]} has the focus out of sight"
            assert met == list(range(wanted)), name


def test_the_first_key_leads_to_the_text(browser: Browser, site: str) -> None:
    with visit(browser) as seen:
        seen.page.goto(f"{site}/fr/")
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.press("Enter")
        assert seen.page.evaluate("document.activeElement.id") == "content"


def test_leaving_works_by_link_and_by_three_presses_of_shift(browser: Browser, site: str) -> None:
    for scripted, gesture in ((True, "link"), (True, "shift"), (False, "link")):
        with visit(browser, java_script_enabled=scripted) as seen:
            seen.page.route(
                "**/*", lambda route: route.continue_() if site in route.request.url else route.abort()
            )
            seen.page.goto(f"{site}/en/")
            hint = seen.page.get_by_text("press the Shift key three times")
            assert hint.is_visible() is scripted
            with seen.page.expect_request(lambda request: not request.url.startswith(site)) as left:
                if gesture == "link":
                    seen.page.locator("a.exit-link").click(no_wait_after=True)
                else:
                    for _press in range(3):
                        seen.page.keyboard.press("Shift")
            assert left.value.url == "https://www.wikipedia.org/"
            assert "referer" not in left.value.headers


def test_leaving_replaces_the_page_in_the_history(browser: Browser, site: str) -> None:
    with visit(browser) as seen:
        seen.page.route(
            "https://www.wikipedia.org/",
            lambda route: route.fulfill(body="elsewhere", content_type="text/plain"),
        )
        seen.page.goto(f"{site}/fr/")
        seen.page.goto(f"{site}/fr/premiers-pas/")
        seen.page.locator("a.exit-link").click()
        seen.page.wait_for_url("https://www.wikipedia.org/")
        seen.page.go_back()
        assert seen.page.url == f"{site}/fr/"


def test_everything_reads_without_script(browser: Browser, site: str) -> None:
    with visit(browser, java_script_enabled=False) as seen:
        seen.page.goto(f"{site}/fr/")
        seen.page.get_by_role("link", name="Il s’agit de moi").click()
        assert seen.page.get_by_role("heading", level=1).inner_text() == "Premiers pas"
        seen.page.get_by_role("link", name="English").click()
        assert seen.page.url == f"{site}/en/first-steps/"


def test_paper_keeps_numbers_and_addresses_and_leaves_the_machinery_out(browser: Browser, site: str) -> None:
    with visit(browser) as seen:
        seen.page.goto(f"{site}/en/who-can-help/")
        seen.page.emulate_media(media="print")
        seen.page.screenshot(path=SHOTS / "helplines-en-print.png", full_page=True)
        assert not seen.page.locator("a.exit-link").is_visible()
        printed = seen.page.locator("main").inner_text()
        assert "Call 3018" in printed
        assert "stopncii.org" in printed
