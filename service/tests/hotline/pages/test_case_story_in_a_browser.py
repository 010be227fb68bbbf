"""The whole story of a person in a real Chromium, on a real hotline.

French and English, wide and narrow, light and dark, with script and without, by keyboard alone.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import WORDS
from playwright.sync_api import Browser, Locator, Page
from running import Hotline, environment
from test_pages_in_a_browser import NARROW, WIDE, Visit, violations, visit

SHOTS = Path(__file__).resolve().parents[4] / "artefacts" / "story"
LABELS = {
    "en": {
        "start": "Protect my pictures",
        "shared": "Someone shared an intimate picture of me",
        "adult": "Me. I am 18 or older, and I was when it was made",
        "less": "Altered copies are found too",
        "one": "The picture as it is: one fingerprint",
        "text": "I have a text from the page",
        "paste": "Paste the whole text here",
        "open": "Protect",
        "open-one": "Protect 1 file",
        "protected": "1 file is protected",
        "try": "I have it. Let me try it once",
        "number": "Number",
        "check": "Check it",
        "works": "Your receipt works.",
        "messages": "Messages",
        "message": "Your message",
        "send": "Send",
        "addresses": "Addresses",
        "add-addresses": "Add addresses",
        "add": "Add",
        "helpers": "Helpers",
        "may": "add addresses where it was seen",
        "make": "Make a code",
        "stop": "Stop protecting",
        "all": "Stop everything…",
        "in-an-hour": "Stop in an hour",
        "about": "A protection is about to stop",
        "undo": "Undo: keep protecting",
        "undone": "Undone.",
        "now": "Stop now, without the hour",
        "stopped": "Protection stopped.",
        "next": "Continue",
        "end": "Close",
        "everything": "Erase everything",
        "sure": "Erase everything now",
        "erased": "Everything is erased",
        "leave": "Leave this page quickly",
    },
    "fr": {
        "start": "Protéger mes images",
        "shared": "On a partagé une image intime de moi",
        "adult": "Moi. J’ai 18\u00a0ans ou plus, et je les avais sur l’image",
        "less": "Les copies modifiées sont reconnues aussi",
        "one": "L’image telle quelle\u00a0: une empreinte",
        "text": "un texte de la page",
        "paste": "Collez tout le texte ici",
        "open": "Protéger",
        "open-one": "Protéger 1 fichier",
        "protected": "1 fichier est protégé",
        "try": "Je l’ai. Essayer une fois",
        "number": "Numéro",
        "check": "Vérifier",
        "works": "Votre récépissé marche.",
        "messages": "Messages",
        "message": "Votre message",
        "send": "Envoyer",
        "addresses": "Adresses",
        "add-addresses": "Ajouter des adresses",
        "add": "Ajouter",
        "helpers": "Personnes de confiance",
        "may": "ajouter des adresses où",
        "make": "Créer un code",
        "stop": "Arrêter la protection",
        "all": "Tout arrêter…",
        "in-an-hour": "Arrêter dans une heure",
        "about": "Une protection va s’arrêter",
        "undo": "Annuler\u00a0: garder la protection",
        "undone": "C’est annulé.",
        "now": "Arrêter maintenant, sans l’heure de réflexion",
        "stopped": "Protection arrêtée.",
        "next": "Continuer",
        "end": "Fermer",
        "everything": "Tout effacer",
        "sure": "Tout effacer maintenant",
        "erased": "Tout est effacé",
        "leave": "Quitter vite cette page",
    },
}


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline of this file's own."""
    process = Hotline(environment(tmp_path_factory.mktemp("story")))
    yield process
    process.kill()


def items() -> str:
    """A text as the page for use without internet gives it."""
    value = {"algorithm": "pdq", "role": "whole", "value": secrets.token_hex(32), "quality": 90}
    return json.dumps({"repit": "hashes 1", "items": [{"media": "picture", "hashes": [value]}]})


class Controls:
    """How a person works a page: with a pointer, or with the keyboard alone."""

    def __init__(self, page: Page, *, keyboard: bool) -> None:
        self.page, self.keyboard = page, keyboard

    def press(self, what: Locator, key: str = "Enter") -> None:
        """Follow a link, press a button, tick a box."""
        if not self.keyboard:
            what.click()
            return
        self._reach(what)
        self.page.keyboard.press(key)

    def tick(self, label: str) -> None:
        box = self.page.locator("main").get_by_label(label)
        if not self.keyboard:
            box.check()
            return
        if box.get_attribute("type") == "radio":
            # Tab reaches one radio of a group; the arrows choose among them.
            first = self.page.locator(
                f"main input[type=radio][name={box.get_attribute('name')}]:visible"
            ).first
            self._reach(first)
            self.page.keyboard.press("Space")
            for _ in range(5):
                if box.is_checked():
                    return
                self.page.keyboard.press("ArrowDown")
            raise AssertionError(f"{label} cannot be chosen by keyboard")
        self.press(box, "Space")

    def write(self, label: str, text: str) -> None:
        self.write_in(self.page.locator("main").get_by_label(label).first, text)

    def write_in(self, field: Locator, text: str) -> None:
        if not self.keyboard:
            field.fill(text)
            return
        self._reach(field)
        self.page.keyboard.insert_text(text)

    def button(self, name: str) -> None:
        with self.page.expect_navigation():
            self.press(self.page.get_by_role("button", name=name, exact=True))

    def link(self, name: str) -> None:
        with self.page.expect_navigation():
            self.press(self.page.locator("main").get_by_role("link", name=name, exact=True).first)

    def _reach(self, what: Locator) -> None:
        for _ in range(80):
            if what.evaluate("node => node === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("cannot be reached by keyboard")


class Story:
    """The pages in the order of a person's first day, each looked at."""

    def __init__(self, seen: Visit, hotline: Hotline, language: str, label: str, *, scripted: bool) -> None:
        self.page, self.hotline, self.language = seen.page, hotline, language
        self.labels, self.label, self.scripted = LABELS[language], label, scripted
        self.controls = Controls(seen.page, keyboard=label == "plain")
        self.checks, self.shots = True, 0

    def check_page(self) -> None:
        """What must be so of every page, in every size and light."""
        if not self.checks:
            return
        self.shots += 1
        SHOTS.mkdir(parents=True, exist_ok=True)
        assert self.page.locator("html").get_attribute("lang") == self.language
        for (width, height), scheme in zip((WIDE, NARROW), ("light", "dark"), strict=True):
            if self.scripted:
                self.page.set_viewport_size({"width": width, "height": height})
                self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                assert violations(self.page) == [], f"{self.page.url} in {scheme}"
            assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            name = f"{self.label}-{self.language}-{self.shots:02}-{width if self.scripted else 320}.png"
            self.page.screenshot(path=SHOTS / name, full_page=True)
            if not self.scripted:
                break

    def answer_all(self) -> str:
        """Every question, up to the last button; the text that was pasted."""
        controls, labels, text = self.controls, self.labels, items()
        self.page.goto(f"{self.hotline.base_url}/{self.language}/")
        controls.link(labels["start"])
        self.check_page()
        controls.button(labels["shared"])
        self.check_page()
        controls.button(labels["adult"])
        self.check_page()
        controls.press(self.page.locator("summary", has_text=labels["less"]))
        controls.tick(labels["one"])
        controls.press(self.page.locator("summary", has_text=labels["text"]))
        controls.write(labels["paste"], text)
        self.check_page()
        assert self.page.context.cookies() == []
        return text

    def open(self) -> tuple[str, str]:
        self.answer_all()
        self.send()
        assert self.page.get_by_role("heading", level=1, name=self.labels["protected"]).is_visible()
        self.check_page()
        [cookie] = self.page.context.cookies()
        assert cookie["httpOnly"] and 0 < cookie["expires"] - time.time() <= 3600
        number = self.page.locator(".code-value").first.inner_text()
        return number, " ".join(self.page.locator(".words li").all_inner_texts())

    @property
    def last(self) -> str:
        """The last button, which says how many files there are where it knows."""
        return self.labels["open-one" if self.scripted else "open"]

    def send(self) -> None:
        self.controls.button(self.last)

    def practise(self, number: str, words: str) -> None:
        controls, labels = self.controls, self.labels
        controls.button(labels["try"])
        controls.write(labels["number"], number)
        controls.write_in(self.page.locator(WORDS), "wrong zzzz")
        if self.scripted:
            # Held up on the device, before anything is sent.
            self.page.get_by_role("button", name=labels["check"], exact=True).click()
            assert self.page.locator(".box-error:visible").count() == 8
        else:
            controls.button(labels["check"])
        self.check_page()
        self.page.locator(WORDS).fill("")
        controls.write_in(self.page.locator(WORDS), words)
        controls.button(labels["check"])
        assert self.page.get_by_text(labels["works"]).is_visible()
        [cookie] = self.page.context.cookies()
        assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and cookie["expires"] == -1
        self.check_page()

    def live_with_it(self) -> None:
        controls, labels = self.controls, self.labels
        controls.link(labels["messages"])
        controls.write(labels["message"], "Bonjour, hello")
        controls.button(labels["send"])
        self.check_page()
        controls.link(labels["addresses"])
        controls.write(labels["add-addresses"], "https://other.example/2")
        controls.button(labels["add"])
        self.check_page()
        controls.link(labels["helpers"])
        controls.tick(labels["may"])
        controls.button(labels["make"])
        self.check_page()
        for name in (
            ("add", "choices", "spare", "log")
            if self.language == "en"
            else ("ajouter", "choix", "secours", "journal")
        ):
            root = "mine" if self.language == "en" else "suivi"
            self.page.goto(f"{self.hotline.base_url}/{self.language}/{root}/{name}/")
            self.check_page()

    def end(self) -> None:
        controls, labels = self.controls, self.labels
        controls.link(labels["stop"])
        self.check_page()
        for how, shown in (("in-an-hour", "about"), ("undo", "undone"), ("now", "stopped")):
            if how != "undo":
                controls.button(labels["all"])
                self.check_page()
            controls.button(labels[how])
            assert labels[shown] in self.page.locator("main").inner_text()
            self.check_page()
        controls.link(labels["end"])
        controls.tick(labels["everything"])
        controls.button(labels["next"])
        self.check_page()
        controls.button(labels["sure"])
        assert self.page.get_by_role("heading", name=labels["erased"]).is_visible()
        self.check_page()
        assert self.page.context.cookies() == []


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("how", ["scripted", "plain"])
def test_the_story_from_the_first_page_to_the_last(
    browser: Browser, hotline: Hotline, how: str, language: str
) -> None:
    """With script by pointer; without script by keyboard alone."""
    scripted = how != "plain"
    with visit(browser, NARROW, java_script_enabled=scripted) as seen:
        story = Story(seen, hotline, language, how, scripted=scripted)
        code = story.open()
        story.practise(*code)
        story.live_with_it()
        story.end()
        assert all(url.startswith(f"{hotline.base_url}/") for url in seen.requests)
        assert [c for c in seen.complaints if "400" not in c] == []


def test_leaving_from_inside_a_case_ends_the_visit(browser: Browser, hotline: Hotline) -> None:
    with visit(browser, java_script_enabled=False) as seen:
        story = Story(seen, hotline, "en", "leave", scripted=False)
        story.practise(*story.open())
        page = seen.page
        inside = page.url
        page.route("https://www.wikipedia.org/", lambda route: route.fulfill(body="elsewhere"))
        page.locator("a.exit-link").click()
        page.wait_for_url("https://www.wikipedia.org/")
        assert page.context.cookies() == []
        page.goto(inside)
        assert page.url.endswith("/en/come-back/")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_minor_s_page_and_the_recovery_pages_are_whole(
    browser: Browser, hotline: Hotline, language: str
) -> None:
    with visit(browser, NARROW) as seen:
        story = Story(seen, hotline, language, "other", scripted=True)
        story.page.goto(f"{hotline.base_url}/{language}/" + {"en": "start/", "fr": "commencer/"}[language])
        story.controls.button(story.labels["shared"])
        with story.page.expect_navigation():
            story.page.locator("button[value=minor]").click()
        assert "3018" in story.page.locator("main").inner_text()
        story.check_page()
        for path in {
            "en": ("lost/", "lost/two-parts/", "come-back/"),
            "fr": ("perdu/", "perdu/deux-parties/", "revenir/"),
        }[language]:
            story.page.goto(f"{hotline.base_url}/{language}/{path}")
            story.check_page()
        assert story.page.context.cookies() == []


def test_personal_pages_stay_whole_at_twice_the_text_size(browser: Browser, hotline: Hotline) -> None:
    with visit(browser) as seen:
        story = Story(seen, hotline, "fr", "large", scripted=True)
        story.practise(*story.open())
        seen.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        for path in ("", "messages/", "adresses/", "choix/", "aides/", "secours/", "fin/"):
            seen.page.goto(f"{hotline.base_url}/fr/suivi/{path}")
            seen.page.evaluate("document.documentElement.style.fontSize = '225%'")
            assert seen.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
            seen.page.screenshot(path=SHOTS / f"large-{path.strip('/') or 'suivi'}.png", full_page=True)
