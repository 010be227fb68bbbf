"""The desk in a real Chromium: every screen, both languages, wide and narrow, light and dark, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from chromium import LANGUAGES, WORDS, violations
from chromium import staff_visit as visit
from desk_process import Desk
from playwright.sync_api import Browser, Locator, Page
from staff_people import code_of

SHOTS = Path(__file__).resolve().parents[4] / "artefacts" / "cases-desk"
WIDE, NARROW = (1280, 900), (320, 640)
PHONE = {"width": 320, "height": 640}


def at(address: str) -> Callable[[Page, Desk], None]:
    def go(page: Page, desk: Desk) -> None:
        page.goto(desk.base + address.format(**desk.world))
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")

    return go


def refused(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.base}/staff/cases/unlock/")
    page.fill("#passphrase", "not this one at all")
    page.keyboard.press("Enter")
    page.locator(".amiss").wait_for()


def checked(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.base}/staff/cases/oversight/")
    page.locator("form[action$='/check/'] button").click()
    page.wait_for_url("**/check/")


SCREENS: dict[str, tuple[str, Callable[[Page, Desk], None], tuple[str, str]]] = {
    "home": ("bea", at("/staff/"), ("Votre travail", "Your work")),
    "begin": ("newcomer", at("/staff/cases/begin/"), ("Créez vos clés", "Make your keys")),
    "unlock": ("locked", at("/staff/cases/unlock/"), ("Déverrouillez vos clés", "Unlock your keys")),
    "refused": ("locked", refused, ("Déverrouillez vos clés", "Unlock your keys")),
    "inbox": ("bea", at("/staff/cases/"), ("À traiter", "Inbox")),
    "inbox-desk": ("ana", at("/staff/cases/"), ("À traiter", "Inbox")),
    "case": ("bea", at("/staff/cases/{busy}/"), ("Dossier", "Case")),
    "case-at-the-desk": ("ana", at("/staff/cases/{new}/"), ("Dossier", "Case")),
    "log": (
        "bea",
        at("/staff/cases/{busy}/log/"),
        ("Consultations et actions", "Who looked, who did what"),
    ),
    "members": ("ana", at("/staff/cases/desk/"), ("Qui reçoit les dossiers", "Who takes cases in")),
    "keys": ("bea", at("/staff/cases/keys/"), ("Vos clés", "Your keys")),
    "oversight": ("supervisor", checked, ("Charge et délais", "Load and times")),
    "bank": ("supervisor", at("/staff/bank/"), ("Banque", "Bank")),
    "bank-item": ("bea", at("/staff/bank/{famous}/"), ("Élément", "Item")),
    "not-mine": ("bea", at("/staff/cases/{new}/"), ("Rien n’a été trouvé", "Nothing was found")),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_has_no_violation_at_any_width_or_light(
    browser: Browser, desk: Desk, name: str, language: str
) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    role, go, heading = SCREENS[name]
    with visit(browser, desk, desk.world["cookies"][role], language) as page:
        complaints: list[str] = []
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: asked.url.startswith(desk.base) or complaints.append(asked.url))
        go(page, desk)
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("h1").inner_text().strip().startswith(heading[language == "en"])
        for (width, height), scheme in ((WIDE, "light"), (NARROW, "dark")):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=SHOTS / f"{name}-{language}-{width}.png", full_page=True)
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        expected = {"refused": "403", "not-mine": "404"}.get(name, "no status")
        assert [complaint for complaint in complaints if expected not in complaint] == []


class Keyboard:
    """Works a page with the keyboard alone: nothing is clicked, everything is reached with Tab."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, what: Locator) -> None:
        for _ in range(150):
            if what.evaluate("node => node === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("cannot be reached by keyboard")

    def press(self, what: Locator, key: str = "Enter") -> None:
        self.reach(what)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def write(self, what: Locator, text: str) -> None:
        self.reach(what)
        self.page.keyboard.insert_text(text)


def signed_in(page: Page, desk: Desk, name: str) -> Keyboard:
    """Someone signs in with name, password and the code of their app, then unlocks their keys."""
    keyboard = Keyboard(page)
    page.goto(f"{desk.base}/staff/login/?next=/staff/cases/")
    keyboard.write(page.locator("#id_login"), name)
    keyboard.write(page.locator("#id_password"), desk.world["password"])
    with page.expect_navigation():
        page.keyboard.press("Enter")
    keyboard.write(page.locator("#id_code"), code_of(desk.world["secret"]))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_url("**/staff/cases/unlock/**")
    keyboard.write(page.locator("#passphrase"), desk.world["passphrase"])
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_url(f"{desk.base}/staff/cases/")
    return keyboard


@pytest.mark.parametrize("scripted", [True, False], ids=["with script", "without script"])
def test_a_case_from_the_inbox_to_the_person_s_own_page_by_keyboard_alone(
    browser: Browser, desk: Desk, *, scripted: bool
) -> None:
    # Each by someone else: a code of the app signs in once.
    name, answer = ("new", "old")[scripted], f"Nous sommes là <b>{scripted}</b> & à l'écoute."
    case, (number, words, _) = desk.world[name], desk.world["codes"][name]
    with visit(browser, desk, language="fr", java_script_enabled=scripted) as page:
        keyboard = signed_in(page, desk, ("Ana", "Cléo")[scripted])
        keyboard.press(page.locator(f"button[formaction$='/{case}/take/']"))
        assert page.url == f"{desk.base}/staff/cases/{case}/"
        keyboard.write(page.locator("#text"), answer)
        keyboard.press(page.get_by_role("button", name="Envoyer", exact=True))
        assert answer in page.locator("ol.thread").inner_text()
        keyboard.press(page.locator("button[value='safe:done']"))
        assert "is-done" in (page.locator(".checklist > li").first.get_attribute("class") or "")
        keyboard.reach(page.locator("summary", has_text="Ajouter une tâche"))
        page.keyboard.press("Enter")
        keyboard.reach(page.locator("#kind"))
        page.keyboard.type("Signalement envoyé")
        keyboard.reach(page.locator("#location"))
        page.keyboard.press("ArrowDown")
        keyboard.write(page.locator("#what"), "nur für uns: Aktenzeichen 31")
        keyboard.press(page.get_by_role("button", name="Ajouter la tâche"))
        assert "Aktenzeichen 31" in page.locator("ul.tasks").inner_text()
        keyboard.press(page.get_by_role("button", name="Verrouiller vos clés"))
        page.goto(f"{desk.base}/staff/cases/{case}/")
        assert "/unlock/" in page.url
    with visit(browser, desk, language="fr", java_script_enabled=scripted) as page:
        keyboard = Keyboard(page)
        page.goto(f"{desk.base}/fr/revenir/")
        keyboard.write(page.locator("main input[name=number]"), number)
        keyboard.write(page.locator(WORDS), words)
        keyboard.press(page.locator("main button[type=submit]").first)
        shown = page.locator("main").inner_text()
        assert "L’association a envoyé un signalement. Le délai de réponse finit" in shown
        assert "Aktenzeichen" not in shown
        page.screenshot(path=SHOTS / f"the-person-{scripted}.png", full_page=True)
        keyboard.press(page.get_by_role("link", name="Messages").first)
        assert answer in page.locator("ol.thread").inner_text()


def test_from_the_first_question_to_the_answer_two_people_at_two_browsers(
    browser: Browser, desk: Desk
) -> None:
    with (
        visit(browser, desk, language="fr", java_script_enabled=False, viewport=PHONE) as hers,
        visit(browser, desk, desk.world["cookies"]["ana"], "fr") as theirs,
    ):
        number, words = opened_without_files(hers, desk)
        for field, value in (("number", number), ("words", words)):
            hers.locator(f"main [name={field}]").fill(value)
        hers.locator("main button[type=submit]").first.click()
        hers.get_by_role("link", name="Adresses").first.click()
        hers.fill("#where", "https://story.example/4711\none\ntwo")
        hers.get_by_role("button", name="Ajouter").click()
        hers.get_by_role("link", name="Messages").first.click()
        hers.fill("#text", "Bonjour, j'ai besoin d'aide.")
        hers.get_by_role("button", name="Envoyer").click()

        theirs.goto(f"{desk.base}/staff/cases/")
        row = theirs.locator("table.cases tbody tr", has_text="Bonjour, j'ai besoin d'aide.")
        row.get_by_role("button").click()
        assert "Bonjour, j'ai besoin d'aide." in theirs.locator("ol.thread").inner_text()
        assert "https://story.example/4711" in theirs.locator("main").inner_text()
        theirs.fill("#text", "Bonjour. Nous nous en occupons.")
        theirs.get_by_role("button", name="Envoyer", exact=True).click()
        theirs.locator("ol.thread li.from-caseworker").wait_for()

        hers.goto(f"{desk.base}/fr/suivi/messages/")
        assert "Nous nous en occupons." in hers.locator("ol.thread").inner_text()
        hers.screenshot(path=SHOTS / "the-answer-fr-320.png", full_page=True)
        hers.goto(f"{desk.base}/fr/suivi/journal/")
        shown = hers.locator("main").inner_text()
        assert ", de l’association" in shown and "Ana" not in shown


def opened_without_files(page: Page, desk: Desk) -> tuple[str, str]:
    """A case through the intake, changing language on the way; ends on the page that tries the receipt."""
    page.goto(f"{desk.base}/en/start/")
    page.locator("main button[value=fake]").click()
    page.get_by_role("button", name="Français").click()
    page.locator("main button[value=adult]").click()
    page.get_by_role("button", name="Continuer sans fichier").click()
    number = page.locator(".code-value").first.inner_text()
    words = " ".join(page.locator(".words li").all_inner_texts())
    page.get_by_role("button", name="Je l’ai. Essayer une fois").click()
    return number, words


def with_authenticator(page: Page, *, derives: bool) -> None:
    """A passkey device in software; `derives` says whether it can derive secrets."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        "hasPrf": derives,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def passkey_added(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.base}/staff/second-factor/webauthn/add/")
    if page.locator("#id_password").count():  # it asks who one is before such a change
        page.fill("#id_password", desk.world["password"])
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url(re.compile("/second-factor/(recovery|webauthn/$|$)"))


def test_one_passkey_signs_in_and_opens_the_keys(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk, desk.world["cookies"]["arriving"]) as page:
        with_authenticator(page, derives=True)
        passkey_added(page, desk)
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/login/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"{desk.base}/staff/")
        page.get_by_role("link", name="Cases").first.click()
        page.wait_for_url("**/staff/cases/begin/")
        for field in ("#new", "#again"):
            page.fill(field, desk.world["passphrase"])
        page.get_by_role("button", name="Make my keys").click()
        page.wait_for_url(f"{desk.base}/staff/cases/")
        page.get_by_role("link", name="Your keys").click()
        page.fill("#passkey-passphrase", desk.world["passphrase"])
        page.get_by_role("button", name="Let a passkey open them").click()
        page.get_by_text("This passkey opens your keys from now on.").wait_for()
        page.screenshot(path=SHOTS / "keys-with-passkey-en.png", full_page=True)
        assert violations(page) == []
        page.get_by_role("button", name="Lock your keys").click()
        page.goto(f"{desk.base}/staff/cases/keys/")
        page.screenshot(path=SHOTS / "unlock-with-passkey-en.png", full_page=True)
        assert violations(page) == []
        page.get_by_role("button", name="Unlock with a passkey").click()
        page.wait_for_url(f"{desk.base}/staff/cases/keys/")
        page.get_by_role("button", name="No passkey any more").click()
        page.get_by_text("No passkey opens your keys any more.").wait_for()
        page.get_by_role("button", name="Lock your keys").click()
        page.goto(f"{desk.base}/staff/cases/")
        assert page.get_by_role("button", name="Unlock with a passkey").count() == 0


def test_a_passkey_that_derives_no_secret_says_so_and_the_passphrase_still_opens(
    browser: Browser, desk: Desk
) -> None:
    with visit(browser, desk, desk.world["cookies"]["beginner"]) as page:
        with_authenticator(page, derives=False)
        passkey_added(page, desk)
        page.goto(f"{desk.base}/staff/cases/keys/")
        page.fill("#passkey-passphrase", desk.world["passphrase"])
        page.get_by_role("button", name="Let a passkey open them").click()
        page.get_by_text("The passkey gave no secret.").wait_for()
        assert violations(page) == []


def test_every_control_of_a_case_is_reached_with_tab_in_reading_order(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk, desk.world["cookies"]["bea"], viewport={"width": 320, "height": 640}) as page:
        page.goto(f"{desk.base}/staff/cases/{desk.world['busy']}/")
        wanted = page.evaluate(
            """[...document.querySelectorAll('a[href], button, select, textarea, input, summary')]
            .filter(n => n.type !== 'hidden' && n.checkVisibility()).map(n => n.outerHTML.slice(0, 120))"""
        )
        met = []
        for _control in wanted:
            page.keyboard.press("Tab")
            met.append(page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
        assert met == wanted and len(wanted) > 40


def test_nothing_that_was_written_runs_in_a_real_browser(browser: Browser, desk: Desk) -> None:
    case, (number, words, _) = desk.world["hostile"], desk.world["codes"]["hostile"]
    with visit(browser, desk, desk.world["cookies"]["bea"], "fr") as page:
        ran: list[str] = []
        page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: ran.append(str(error)))
        page.on("console", lambda message: message.type == "error" and ran.append(message.text))
        for address in (f"/staff/cases/{case}/", f"/staff/cases/{case}/log/", "/staff/cases/"):
            page.goto(desk.base + address)
        page.goto(f"{desk.base}/staff/cases/{case}/")
        page.fill("#text", "</textarea><script>alert(4)</script>" + "x" * 7900)
        page.evaluate("document.querySelector('#text').removeAttribute('maxlength')")
        page.fill("#text", "</textarea><script>alert(4)</script>" + "x" * 8100)
        page.locator("#answer button").click()
        page.locator("#error-summary").wait_for()
        assert page.input_value("#text").startswith("</textarea><script>")
        page.goto(f"{desk.base}/fr/revenir/")
        page.locator("main input[name=number]").fill(number)
        page.locator(WORDS).fill(words)
        page.locator("main button[type=submit]").first.click()
        page.wait_for_url("**/suivi/**")
        assert "<script>alert(1)</script>" in page.locator("main").inner_text()
        page.goto(f"{desk.base}/fr/suivi/messages/")
        assert "<img src=x onerror=alert(2)>" in page.locator("ol.thread").inner_text()
        # The browser reports the refusal's status as an error; anything else would be something that ran.
        assert [complaint for complaint in ran if "413" not in complaint] == []


def test_a_sign_in_goes_on_while_someone_writes_and_nothing_written_is_sent(
    browser: Browser, desk: Desk
) -> None:
    with visit(browser, desk, desk.world["cookies"]["bea"]) as page:
        page.add_init_script(
            "const real = performance.now.bind(performance); let skip = 0;"
            "performance.now = () => real() + skip; window.later = () => { skip += 600000; };"
        )
        asked: list[tuple[str, str | None]] = []
        page.goto(f"{desk.base}/staff/cases/{desk.world['busy']}/")
        page.on(  # all but static files: the icon comes late
            "request",
            lambda request: "/static/" in request.url or asked.append((request.url, request.post_data)),
        )
        page.locator("#text").press_sequentially("abc")
        assert asked == []
        page.evaluate("later()")
        with page.expect_response("**/awake/") as answer:
            page.locator("#text").press_sequentially("secret")
        assert answer.value.status == 204
        assert asked == [(f"{desk.base}/staff/cases/awake/", None)]


def test_an_answer_half_written_survives_another_button_and_a_session_that_ended(
    browser: Browser, desk: Desk
) -> None:
    with visit(browser, desk, desk.world["cookies"]["bea"]) as page:
        here = f"{desk.base}/staff/cases/{desk.world['hostile']}/"
        page.goto(here)
        page.fill("#text", "Half an answer")
        page.locator("form[action$='/checklist/'] button").first.click()
        page.wait_for_url("**/#checklist")
        assert page.input_value("#text") == "Half an answer"
        page.fill("#text", "A whole answer")
        page.context.clear_cookies(name="repit_staff")
        page.locator("#answer button").click()
        page.wait_for_url("**/staff/login/**")
        page.context.add_cookies(
            [
                {
                    "name": "repit_staff",
                    "value": desk.world["cookies"]["bea"],
                    "domain": "localhost",
                    "path": "/staff/",
                }
            ]
        )
        page.goto(here)
        assert page.input_value("#text") == "A whole answer"
        assert page.get_by_text("It was not sent yet.").is_visible() and violations(page) == []
        before = page.locator(".from-caseworker").count()
        page.evaluate("document.documentElement.dataset.old = 1")
        page.locator("#answer button").dblclick(no_wait_after=True)
        page.locator("html[data-old]").wait_for(state="detached")
        page.goto(here)
        assert page.locator(".from-caseworker").count() == before + 1
        assert page.input_value("#text") == ""
