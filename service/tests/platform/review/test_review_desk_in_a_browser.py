"""The walk: every screen of the staff area, both languages, wide and narrow, light and dark, by keyboard."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from chromium import LANGUAGES, violations
from chromium import staff_visit as visit
from desk_process import Desk
from playwright.sync_api import Browser, Page, expect
from staff_people import code_of

SHOTS = Path(__file__).resolve().parents[4] / "artefacts" / "desk"
WIDE, NARROW = (1280, 900), (320, 640)


def to_authenticate(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.base}/staff/login/")
    page.fill("#id_login", "Ada")
    page.fill("#id_password", desk.world["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/authenticate/")


def to_item(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.base}/staff/review/")
    page.locator('[data-key="n"]').click()
    page.wait_for_load_state()


def to_objection(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.base}/staff/review/")
    chosen = page.locator("tr", has_text=re.compile("objection|contestation")).get_by_role("button")
    (chosen if chosen.count() else page.locator('[data-key="n"]')).first.click()
    page.wait_for_url(re.compile(r"/staff/review/[\w-]{10,}/$"))


def to_opened(page: Page, desk: Desk) -> None:
    to_item(page, desk)
    page.locator('[data-key="o"]').click()
    page.locator("[data-reveal] img").wait_for()


ANSWERS = {"absent": "404", "objection-missing": "400"}
"""Which status a screen is answered with on purpose; a browser notes it as an error."""


def to_missing(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.base}/objection/{desk.world['refused']}/")
    page.locator("main form button").click()
    expect(page.locator("#error-summary")).to_be_focused()


def at(address: str) -> Callable[[Page, Desk], None]:
    def go(page: Page, desk: Desk) -> None:
        page.goto(desk.base + address.format(**desk.world))

    return go


SCREENS: dict[str, tuple[str, Callable[[Page, Desk], None]]] = {
    "login": ("", at("/staff/login/")),
    "enrol": ("", at("/staff/enrol/{unused}/")),
    "second-factor-asked": ("", to_authenticate),
    "second-factors": ("begun", at("/staff/second-factor/")),
    "app": ("begun", at("/staff/second-factor/totp/activate/")),
    "passkey": ("begun", at("/staff/second-factor/webauthn/add/")),
    "home": ("supervisor", at("/staff/")),
    "people": ("supervisor", at("/staff/people/")),
    "let-in": ("", at("/staff/let-in/{letting_in}/")),
    "password": ("moderator", at("/staff/password/")),
    "absent": ("moderator", at("/staff/absent/")),
    "queue": ("senior", at("/staff/review/")),
    "item": ("moderator", to_item),
    "question": ("third moderator", at("/staff/review/{question}/")),
    "film": ("fourth moderator", at("/staff/review/{film}/")),
    "opened": ("moderator", to_opened),
    "objection": ("senior", to_objection),
    "rest": ("second moderator", at("/staff/review/rest/")),
    "keys": ("moderator", at("/staff/review/keys/")),
    "oversight": ("supervisor", at("/staff/review/oversight/")),
    "record": ("supervisor", at("/staff/review/oversight/{record}/")),
    "objection-number": ("", at("/objection/")),
    "objection-refused": ("", at("/objection/{refused}/")),
    "objection-answered": ("", at("/objection/{answered}/")),
    "objection-waits": ("", at("/objection/{waits}/")),
    "objection-stopped": ("", at("/objection/{stopped}/")),
    "objection-missing": ("", to_missing),
}


HEADINGS = {
    "login": ("Se connecter", "Sign in"),
    "enrol": ("Choisissez votre mot de passe", "Choose your password"),
    "second-factor-asked": ("Votre second facteur", "Your second factor"),
    "second-factors": ("Vos seconds facteurs", "Your second factors"),
    "app": ("Installer une application", "Set up an app"),
    "passkey": ("Ajouter une clé d’accès", "Add a passkey"),
    "home": ("Votre travail", "Your work"),
    "people": ("Collègues", "Colleagues"),
    "let-in": ("Se connecter d’ici", "Sign in from here"),
    "password": ("Changer votre mot de passe", "Change your password"),
    "absent": ("Rien n’a été trouvé avec ces indications.", "Nothing was found with these details."),
    "queue": ("Bureau d’examen", "Review desk"),
    "item": ("Un envoi – première lecture", "One upload – first look"),
    "question": ("Un envoi – première lecture", "One upload – first look"),
    "film": ("Un envoi – première lecture", "One upload – first look"),
    "opened": ("Un envoi – première lecture", "One upload – first look"),
    "objection": ("Un envoi – contestation", "One upload – objection"),
    "rest": ("Votre pause", "Your break"),
    "keys": ("Touches", "Keys"),
    "oversight": ("Supervision", "Oversight"),
    "record": ("Dossier d’un examen", "Record of one review"),
    "objection-number": ("Contester une décision", "Object to a decision"),
    "objection-refused": ("Votre envoi n’a pas été accepté", "Your upload was not accepted"),
    "objection-answered": ("Votre envoi n’a pas été accepté", "Your upload was not accepted"),
    "objection-waits": ("Votre envoi attend qu’une personne le regarde", "Your upload waits for a person"),
    "objection-stopped": ("L’envoi n’est pas publié", "The upload is not published"),
    "objection-missing": ("Votre envoi n’a pas été accepté", "Your upload was not accepted"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_has_no_violation_at_any_width_or_light(
    browser: Browser, desk: Desk, name: str, language: str
) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    role, go = SCREENS[name]
    cookie = desk.world["begun"] if role == "begun" else desk.world["cookies"].get(role, "")
    with visit(browser, desk, cookie, language) as page:
        complaints: list[str] = []
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: asked.url.startswith(desk.base) or complaints.append(asked.url))
        go(page, desk)
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("h1").inner_text().strip() == HEADINGS[name][language == "en"]
        for (width, height), scheme in ((WIDE, "light"), (NARROW, "dark")):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=SHOTS / f"{name}-{language}-{width}.png", full_page=True)
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert [complaint for complaint in complaints if ANSWERS.get(name, "!") not in complaint] == []


SMALL_TARGETS = """[...document.querySelectorAll('main :is(button, select, summary, label, input)')]
    .filter(n => n.checkVisibility() && !n.closest('.unseen') && !['radio', 'checkbox'].includes(n.type))
    .map(n => [n, (n.closest('.choice') || n).getBoundingClientRect()])
    .filter(([n, box]) => box.height < 44 && (n.tagName !== 'LABEL' || n.closest('.choice, .tick')))
    .map(([n, box]) => `${n.outerHTML.slice(0, 60)} ${box.height}`)"""


TOO_WIDE = """document.documentElement.scrollWidth <= window.innerWidth ? [] :
    [...document.querySelectorAll('body *')].filter(n => n.getBoundingClientRect().right > innerWidth + 1)
    .map(n => n.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_the_queue_is_a_list_of_cases_with_buttons_in_reach(
    browser: Browser, desk: Desk, width: int
) -> None:
    size = {"width": width, "height": 720}
    with visit(browser, desk, desk.world["cookies"]["moderator"], "fr", viewport=size) as page:
        page.goto(f"{desk.base}/staff/review/")
        cell = page.locator(".cards td").first
        assert cell.evaluate("cell => getComputedStyle(cell).display") == "grid"
        assert page.evaluate(SMALL_TARGETS) == []
        page.screenshot(path=SHOTS / f"queue-cards-fr-{width}.png", full_page=True)
        to_item(page, desk)
        assert page.evaluate(SMALL_TARGETS) == []
        for key in ("1", "2", "3"):
            page.locator(f'[data-key="{key}"]').locator("xpath=ancestor::*[@class='choice']").click(
                position={"x": 200, "y": 8}
            )
            assert page.locator(f'[data-key="{key}"]').is_checked()
        page.evaluate("scrollTo(0, 0)")
        for name in ("Décider, et prendre le suivant", "Décider, et s.arrêter"):
            box = page.get_by_role("button", name=re.compile(name)).bounding_box()
            assert box is not None and box["height"] >= 44 and box["y"] + box["height"] <= 720
        page.screenshot(path=SHOTS / f"item-reach-fr-{width}.png")
        assert violations(page) == []


@pytest.mark.parametrize("name", ["queue", "item", "record", "keys", "objection-answered"])
def test_a_page_stays_whole_at_twice_the_text_size(browser: Browser, desk: Desk, name: str) -> None:
    role, go = SCREENS[name]
    with visit(browser, desk, desk.world["cookies"].get(role, ""), "fr") as page:
        go(page, desk)
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            page.screenshot(path=SHOTS / f"{name}-200-{width}.png", full_page=True)
            assert page.evaluate(TOO_WIDE) == []


def test_an_upload_is_taken_opened_revealed_hidden_and_decided_by_keyboard_alone(
    browser: Browser, desk: Desk
) -> None:
    with visit(browser, desk, desk.world["cookies"]["moderator"]) as page:
        page.goto(f"{desk.base}/staff/review/")
        page.keyboard.press("n")
        page.wait_for_url(re.compile(r"/staff/review/[\w-]{10,}/$"))
        first = page.url
        assert page.locator("[data-reveal]").count() == 0
        page.keyboard.press("o")
        picture = page.locator("[data-reveal] img")
        picture.wait_for()
        seen = "document.querySelector('[data-reveal] img').naturalWidth > 0"
        page.wait_for_function(seen)
        looks = "getComputedStyle(document.querySelector('[data-reveal] img')).filter"
        assert "blur" in page.evaluate(looks)
        assert "grayscale" in page.evaluate(looks)
        page.keyboard.down("v")
        assert page.evaluate(looks) == "none"
        page.keyboard.up("v")
        assert "blur" in page.evaluate(looks)
        page.locator("[data-reveal]").focus()
        page.keyboard.down("Space")
        assert page.evaluate(looks) == "none"
        page.keyboard.up("Space")
        assert "blur" in page.evaluate(looks)
        page.keyboard.press("1")
        assert page.locator("#refuse").is_checked()
        page.keyboard.press("4")
        page.keyboard.type("Fren")  # a select takes what is typed
        page.keyboard.press("Tab")
        page.keyboard.type("s n 1 2: letters within the text decide nothing")
        assert page.url.rstrip("/").endswith("open")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.dataset.key") == "s"
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url != first
        decided = page.locator("[data-undo]").first  # the newest; others may be undone still
        assert decided.locator("strong").inner_text().strip() == "Noted: refuse it."
        expect(decided.get_by_role("status")).to_have_text(re.compile("You can undo it for"))
        with page.expect_navigation():
            page.keyboard.press("u")
        assert page.url == re.sub("open/$", "", first) and page.locator("#refuse").is_checked()
        assert page.locator("#why").input_value().startswith("s n 1 2")
        with page.expect_navigation():
            page.keyboard.press("s")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "It can be undone no more."), ("fr", "La décision ne peut plus être annulée.")],
)
def test_the_seconds_are_counted_down_and_the_end_is_told(
    browser: Browser, desk: Desk, language: str, words: str
) -> None:
    with visit(browser, desk, desk.world["cookies"]["moderator"], language) as page:
        to_item(page, desk)
        page.clock.install()
        page.locator("label[for=refuse]").click()
        page.locator("#ground").select_option("terms-intimate")
        page.get_by_role("button", name=re.compile("and stop|s.arrêter")).click()
        pending = page.locator("[data-undo]").first
        left = pending.locator("[data-undo-left]")
        expect(left).to_have_text(re.compile(r"\b\d+\ss\b"))  # its script is there
        page.clock.run_for(2000)
        expect(left).to_have_text(re.compile(r"\b\d\d\ss\b"))
        for (width, height), scheme in ((WIDE, "light"), (NARROW, "dark")):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=SHOTS / f"undo-{language}-{width}.png", full_page=True)
            assert violations(page) == []
        pending.get_by_role("button").focus()
        page.clock.run_for(100_000)
        expect(pending.get_by_role("status")).to_have_text(words)
        expect(pending).to_be_focused()
        assert pending.get_by_role("button").count() == 0


def test_a_decision_is_undone_without_script(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk, desk.world["cookies"]["moderator"], java_script_enabled=False) as page:
        to_item(page, desk)
        first = page.url
        page.locator("label[for=refuse]").click()
        page.locator("#ground").select_option("terms-intimate")
        page.locator('[data-key="s"]').click()
        page.locator('[data-key="u"]').click()
        assert page.url == first and page.locator("#refuse").is_checked()
        page.locator('[data-key="b"]').click()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_refusal_without_a_ground_puts_the_focus_on_what_is_missing(
    browser: Browser, desk: Desk, script: bool
) -> None:
    with visit(browser, desk, desk.world["cookies"]["moderator"], "fr", java_script_enabled=script) as page:
        to_item(page, desk)
        page.locator("label[for=refuse]").click()
        page.locator("#why").fill("La même image.")
        page.locator('[data-key="s"]').click()
        summary = page.locator("#error-summary")
        expect(summary).to_be_focused()
        expect(page).to_have_title(re.compile("^Erreur\u00a0: "))
        assert page.locator("#refuse").is_checked()
        assert page.locator("#why").input_value() == "La même image."
        summary.get_by_role("link").click()
        expect(page.locator("#ground")).to_be_focused()
        if script:
            page.screenshot(path=SHOTS / "missing-fr.png", full_page=True)
            assert violations(page) == []


def test_the_desk_works_without_script(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk, desk.world["cookies"]["moderator"], java_script_enabled=False) as page:
        page.goto(f"{desk.base}/staff/review/")
        page.locator('[data-key="n"]').click()
        page.locator('[data-key="o"]').click()
        page.locator("[data-reveal] img").wait_for()
        page.locator('[data-key="b"]').click()
        page.wait_for_url(f"{desk.base}/staff/review/")


def test_every_control_of_the_item_is_reached_with_tab_in_reading_order(browser: Browser, desk: Desk) -> None:
    with visit(
        browser, desk, desk.world["cookies"]["moderator"], viewport={"width": 320, "height": 640}
    ) as page:
        to_item(page, desk)
        wanted = page.evaluate(
            """[...document.querySelectorAll(
                'a[href], button, select, textarea, summary, [tabindex="0"], input')]
            .filter(n => n.type !== 'hidden' && (n.type !== 'radio' || n.id === 'refuse'))
            .map(n => n.outerHTML.slice(0, 80))"""
        )
        met = []
        for _control in wanted:
            page.keyboard.press("Tab")
            met.append(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
        assert met == wanted


def test_a_member_begins_with_a_link_a_password_and_a_passkey_and_signs_in_with_the_passkey_alone(
    browser: Browser, desk: Desk
) -> None:
    with visit(browser, desk) as page:
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        page.goto(f"{desk.base}/staff/enrol/{desk.world['enrolling']}/")
        page.fill("#password", desk.world["password"])
        page.fill("#again", desk.world["password"])
        page.keyboard.press("Enter")
        page.wait_for_url("**/second-factor/")
        page.goto(f"{desk.base}/staff/review/")
        assert page.url.endswith("/staff/second-factor/")
        # However slowly its script comes: until then the button cannot be pressed.
        page.route("**/mfa/js/webauthn.js", lambda route: (time.sleep(1), route.continue_()))
        page.get_by_role("link", name="Add a passkey").click(no_wait_after=True)
        page.get_by_role("button", name="Add it").click()
        page.wait_for_url("**/recovery-codes/")
        assert page.locator(".codes code").count() == 10
        page.screenshot(path=SHOTS / "recovery-codes-en.png", full_page=True)
        assert violations(page) == []
        page.get_by_role("link", name="Go to your work").click()
        page.get_by_role("link", name="Review desk").first.click()
        assert page.locator("h1").inner_text() == "Review desk"
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/login/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"{desk.base}/staff/")
        assert page.get_by_role("link", name="Émile").count() == 1


def test_a_password_is_asked_for_a_code_and_a_wrong_one_is_told(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk, language="fr") as page:
        to_authenticate(page, desk)
        page.fill("#id_code", "000000")
        page.keyboard.press("Enter")
        page.locator("#error-summary:visible").first.wait_for()
        page.fill("#id_code", code_of(desk.world["secret"]))
        page.keyboard.press("Enter")
        page.wait_for_url(f"{desk.base}/staff/")
        assert page.locator("h1").inner_text() == "Votre travail"


def test_words_survive_the_opening_of_the_upload_and_a_missing_ground(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk, desk.world["cookies"]["second moderator"]) as page:
        to_item(page, desk)
        page.locator("label[for=refuse]").click()
        page.fill("#why", "It is the same picture.")
        page.locator('[data-key="o"]').click()
        page.locator("[data-reveal]").wait_for()
        assert page.input_value("#why") == "It is the same picture." and page.is_checked("#refuse")
        page.locator('[data-key="s"]').click()
        page.locator("#error-summary").wait_for()
        assert page.input_value("#why") == "It is the same picture." and page.is_checked("#refuse")
        assert violations(page) == []
