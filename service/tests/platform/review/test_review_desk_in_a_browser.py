"""The walk: every screen of the staff area, both languages, wide and narrow, light and dark, by keyboard."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from chromium import LANGUAGES, violations
from chromium import staff_visit as visit
from desk_process import Desk
from playwright.sync_api import Browser, Page
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
    row = page.locator("tr", has_text=re.compile("objection|contestation"))
    (row.get_by_role("button") if row.count() else page.locator('[data-key="n"]')).first.click()
    page.wait_for_url(re.compile(r"/staff/review/[\w-]{10,}/$"))


def to_opened(page: Page, desk: Desk) -> None:
    to_item(page, desk)
    page.locator('[data-key="o"]').click()
    page.locator("[data-reveal] img").wait_for()


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
    "opened": ("moderator", to_opened),
    "objection": ("senior", to_objection),
    "rest": ("second moderator", at("/staff/review/rest/")),
    "keys": ("moderator", at("/staff/review/keys/")),
    "oversight": ("supervisor", at("/staff/review/oversight/")),
    "record": ("supervisor", at("/staff/review/oversight/{record}/")),
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
    "item": ("Un envoi – premier regard", "One upload – first look"),
    "question": ("Un envoi – premier regard", "One upload – first look"),
    "opened": ("Un envoi – premier regard", "One upload – first look"),
    "objection": ("Un envoi – contestation", "One upload – objection"),
    "rest": ("Votre pause", "Your break"),
    "keys": ("Touches", "Keys"),
    "oversight": ("Supervision", "Oversight"),
    "record": ("Dossier d’un examen", "Record of one review"),
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
        assert [complaint for complaint in complaints if "404" not in complaint or name != "absent"] == []


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
        assert page.locator("main .inset").first.inner_text().startswith("Noted.")


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
            """[...document.querySelectorAll('a[href], button, select, textarea, [tabindex="0"], input')]
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
        page.locator(".complaint[role=alert]:visible").first.wait_for()
        page.fill("#id_code", code_of(desk.world["secret"]))
        page.keyboard.press("Enter")
        page.wait_for_url(f"{desk.base}/staff/")
        assert page.locator("h1").inner_text() == "Votre travail"


def test_words_survive_the_opening_of_the_upload_and_a_missing_ground(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk, desk.world["cookies"]["second moderator"]) as page:
        to_item(page, desk)
        page.check("#refuse")
        page.fill("#why", "It is the same picture.")
        page.locator('[data-key="o"]').click()
        page.locator("[data-reveal]").wait_for()
        assert page.input_value("#why") == "It is the same picture." and page.is_checked("#refuse")
        page.locator('[data-key="s"]').click()
        page.locator(".complaint[role=alert]").wait_for()
        assert page.input_value("#why") == "It is the same picture." and page.is_checked("#refuse")
        assert violations(page) == []
