"""What a supervisor writes stands on the public pages, in whichever language there is; nobody else writes."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from staff_people import Someone

from repit.foundation import clock
from repit.foundation.errors import InputRefused
from repit.foundation.models import AuditRow
from repit.hotline.awareness import composing, defaults, editing, files, published
from repit.hotline.awareness.models import HelplineRow, PageText
from repit.hotline.web.case_pages import offline_page
from repit.hotline.web.pages_desk.words import SECTIONS

Make = Callable[..., Someone]
pytestmark = pytest.mark.django_db
DESK = "/staff/pages/"
PUBLIC = (
    "accessibility/",
    "",
    "first-steps/",
    "helping-someone/",
    "who-can-help/",
    "who-we-are/",
    "what-we-keep/",
)


@pytest.fixture(autouse=True)
def _as_it_came() -> Iterator[None]:
    published._kept.published = composing.composed(-1, {}, ())
    yield
    published._kept.published = composing.composed(-1, {}, ())


def read(address: str, client: Client | None = None) -> str:
    published.refresh()
    answer = (client or Client()).get(address, headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.content.decode()
    return html.unescape(answer.content.decode())


def form_of(who: Someone, address: str) -> dict[str, str]:
    """The form of a page, as a browser would send it."""
    page = who.client.get(address).content.decode()
    found = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
    found |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)">(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)"\s+selected', options)
        found[name] = chosen[1] if chosen else ""
    return {name: html.unescape(value) for name, value in found.items()}


def save(who: Someone, section: str, status: int = 302, **values: str) -> str:
    form = form_of(who, f"{DESK}{section}/") | {name.replace("__", "."): v for name, v in values.items()}
    answer = who.client.post(f"{DESK}{section}/", form | {"what": "save"})
    assert answer.status_code == status, answer.content.decode()
    return html.unescape(answer.content.decode())


def test_the_pages_say_how_long_a_first_answer_usually_takes(someone: Make) -> None:
    supervisor = someone("supervisor")
    assert "usually answer" not in read("/en/who-we-are/")
    save(supervisor, "hours", answer="2")
    assert "We usually answer within 2 days." in read("/en/who-we-are/")
    save(supervisor, "hours", answer="1")
    assert "We usually answer within a day." in read("/en/who-we-are/")
    assert published.current().first_answer == 1
    for wrong in ("0", "61", "-3", "two", "1.5", "²"):
        assert "A whole number of days" in save(supervisor, "hours", 400, answer=wrong)
    save(supervisor, "hours", answer="")
    assert "usually answer" not in read("/en/who-we-are/")


def act(who: Someone, key: str, what: str, status: int = 302) -> None:
    answer = who.client.post(f"{DESK}helplines/change/", {"key": key, "what": what})
    assert answer.status_code == status, answer.content.decode()


@pytest.mark.parametrize("role", ["supervisor", "caseworker", "moderator", "senior", "administrator"])
def test_a_supervisor_opens_it_and_nobody_else(someone: Make, role: str) -> None:
    who, opens = someone(role), role == "supervisor"
    for address in ("", "contact/", "hours/", "legal/", "first/", "helplines/", "helplines/3018/"):
        assert who.client.get(DESK + address).status_code == (200 if opens else 403), address
    assert who.client.post(f"{DESK}contact/", {"name_en": "Umbrella"}).status_code == (302 if opens else 403)
    assert who.client.post(f"{DESK}helplines/change/", {"key": "pharos", "what": "hide"}).status_code == (
        302 if opens else 403
    )
    assert PageText.objects.exists() == HelplineRow.objects.exists() == opens
    assert (DESK in read("/staff/", who.client)) == opens
    for address in ("", "contact/", "helplines/"):
        assert Client().get(DESK + address).status_code == 302


def test_the_name_stands_on_every_page_and_in_its_title(someone: Make) -> None:
    assert "<title>Who can help – Répit</title>" in read("/en/who-can-help/")
    save(someone("supervisor"), "contact", name_en="Umbrella", name_fr="Parapluie")
    for address in PUBLIC:
        page = read(f"/en/{address}")
        assert re.search(r"<title>[^<]*Umbrella</title>", page), address
        assert "Umbrella works with Répit" in page
    assert "Parapluie</title>" in read("/fr/")
    assert "Umbrella</title>" in html.unescape(Client().get("/en/nowhere/").content.decode())


def test_a_text_that_lacks_in_one_language_is_shown_in_the_other_and_the_supervisor_is_told(
    someone: Make,
) -> None:
    who = someone("supervisor")
    save(who, "legal", legal__operator_fr="Association Parapluie, loi 1901\n\n1 rue du Port, Brest")
    english = read("/en/who-we-are/")
    assert '<div lang="fr">' in english and "1 rue du Port" in english
    assert '<div lang="fr">' not in read("/fr/qui-nous-sommes/")
    assert "missing in English" in read(DESK, who.client)
    assert "Missing in this language" in read(f"{DESK}legal/", who.client)
    save(who, "legal", legal__operator_en="Association Umbrella")
    assert "missing in English" not in read(DESK, who.client)
    assert "Association Umbrella" in read("/en/who-we-are/")


def test_the_pages_say_whether_someone_answers_now_on_the_clocks_of_the_place(someone: Make) -> None:
    who = someone("supervisor")
    assert "Closed" not in read("/en/who-can-help/") and "Open now" not in read("/en/who-can-help/")
    week = {f"hours__{day}": "9-18" for day in range(5)}
    save(who, "hours", zone="Europe/Paris", closed="2026-12-24..2027-01-03", **week)
    for moment, stated in (
        (datetime(2026, 11, 30, 16, 59, tzinfo=UTC), "Open now, until 18:00 (Europe/Paris)."),
        (datetime(2026, 11, 30, 17, 0, tzinfo=UTC), "Opens tomorrow at 09:00 (Europe/Paris)."),
        (datetime(2026, 12, 4, 18, 0, tzinfo=UTC), "Opens Monday at 09:00 (Europe/Paris)."),
        (datetime(2026, 12, 24, 10, 0, tzinfo=UTC), "Opens 4 January at 09:00 (Europe/Paris)."),
    ):
        with clock.at(lambda moment=moment: moment):  # type: ignore[misc]
            page = read("/en/who-can-help/")
            assert stated in page
            assert "Monday to Friday: 09:00–18:00" in page and "Saturday to Sunday: closed" in page
            assert "24 December 2026 until 3 January 2027" in page


def test_the_desk_names_what_the_pages_do_not_say_yet_and_the_public_sees_no_empty_heading(
    someone: Make,
) -> None:
    who = someone("supervisor")
    overview = read(DESK, who.client)
    for lacking in ("Who hosts it", "Director of publication", "Data protection officer", "Drawn up on"):
        assert re.search(rf"Still to fill in:.*?{lacking}", overview, re.DOTALL), lacking
    page = read("/en/who-we-are/")
    assert "has not yet said here who runs it" in page
    assert "Who hosts it" not in page and "Data protection officer" not in page
    save(who, "legal", legal__host_en="Host Ltd", legal__number_fr="RNA W291000000")
    save(who, "data", legal__dpo_en="dpo@umbrella.example")
    page = read("/en/who-we-are/")
    for stated in ("Who hosts it", "Host Ltd", "Registration", "RNA W291000000", "dpo@umbrella.example"):
        assert stated in page, stated
    assert "Director of publication" not in page and "Where to complain" not in page
    overview = read(DESK, who.client)
    assert not re.search(r"Still to fill in:[^<]*</strong>[^<]*Who hosts it", overview)
    assert "does not say who is responsible for people’s data" not in overview


def test_the_statement_on_accessibility_claims_no_more_than_an_audit_found(someone: Make) -> None:
    who = someone("supervisor")
    for address in ("/fr/", "/fr/premiers-pas/"):
        assert "Accessibilité\u00a0: non conforme" in read(address)
    assert "not compliant" in read("/en/accessibility/") and "not dated" in read("/en/accessibility/")
    refused = save(who, "accessibility", 400, access__audit="partial")
    assert "Say who made the audit" in refused and "not compliant" in read("/en/accessibility/")
    audited = "Made by Audit & Co in May 2026: 81 % of the criteria of RGAA 4.1 are met."
    save(who, "accessibility", access__audit="partial", access__result_en=audited, access__on="2026-05-31")
    page = read("/en/accessibility/")
    assert "partly compliant" in page and audited in page and "31\u00a0May 2026" in page
    assert "partiellement conforme" in read("/fr/")
    for wrong in ("31/05/2026", "2026-02-30"):
        assert "A day such as" in save(who, "accessibility", 400, access__on=wrong)
    whom = "Défenseur des droits", "Equality Advisory and Support Service", "Northern Ireland"
    assert all(each in page for each in whom)


def test_what_was_typed_is_shown_as_text_and_never_as_markup(someone: Make) -> None:
    attack = '<script>alert(1)</script> <a href="javascript:x">x</a> https://example.org/'
    save(someone("supervisor"), "legal", legal__more_en=attack)
    page = Client().get("/en/who-we-are/").content.decode()
    published.refresh()
    page = Client().get("/en/who-we-are/").content.decode()
    assert "<script>alert" not in page and 'href="javascript' not in page
    assert "&lt;script&gt;" in page and '<a href="https://example.org/" rel="nofollow">' in page


@pytest.mark.parametrize(
    ("section", "field", "value", "complaint"),
    [
        ("contact", "name_fr", "x" * 31, "At most 30 characters"),
        ("contact", "phone", "call me", "A phone number"),
        ("contact", "mail", "nobody", "A mail address"),
        ("hours", "zone", "Europe/Brest", "A time zone"),
        ("hours", "hours.0", "18-9", "Write hours like"),
        ("hours", "hours.0", "9-18", "A time zone"),
        ("hours", "closed", "Christmas", "One day a line"),
        ("first", "first.minors", "nobody-knows", "Choose one that is shown"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field_and_what_was_typed_stays(
    someone: Make, section: str, field: str, value: str, complaint: str
) -> None:
    who = someone("supervisor")
    who.client.post("/staff/language/", {"language": "en"})
    shown = save(who, section, 400, **{field.replace(".", "__"): value})
    assert complaint in shown and (section == "first" or value in shown)
    assert not PageText.objects.exists()


def test_a_preview_shows_both_languages_and_saves_nothing(someone: Make) -> None:
    who = someone("supervisor")
    form = form_of(who, f"{DESK}contact/") | {"phone": "01 02 03 04 05", "reach_fr": "Le matin."}
    answer = html.unescape(who.client.post(f"{DESK}contact/", form | {"what": "preview"}).content.decode())
    assert 'href="tel:0102030405"' in answer
    assert re.search(r'lang="fr"\s+aria-label="Français".*Nous joindre', answer, re.DOTALL)
    assert re.search(r'lang="en"\s+aria-label="English".*Reach us', answer, re.DOTALL)
    assert 'value="01 02 03 04 05"' in answer and not PageText.objects.exists()


def test_every_change_stands_in_the_chained_record_with_who_and_what(someone: Make) -> None:
    who = someone("supervisor")
    save(who, "contact", phone="01 02 03 04 05")
    save(who, "contact", phone="01 02 03 04 06")
    act(who, "pharos", "hide")
    notes = AuditRow.objects.filter(action=editing.ACTION).order_by("sequence")
    assert [(row.actor, row.subject, row.reason) for row in notes] == [
        (who.name, "phone", "– → 01 02 03 04 05"),
        (who.name, "phone", "01 02 03 04 05 → 01 02 03 04 06"),
        (who.name, "pharos", "hide"),
    ]
    page = read(DESK, who.client)
    assert "01 02 03 04 05 → 01 02 03 04 06" in page and "Phone number" in page


def test_a_second_press_does_nothing_and_what_a_colleague_changed_is_not_undone_unseen(someone: Make) -> None:
    each, other = someone("supervisor"), someone("supervisor")
    mine, theirs = form_of(each, f"{DESK}contact/"), form_of(other, f"{DESK}contact/")
    for _ in range(2):
        sent = each.client.post(f"{DESK}contact/", mine | {"phone": "1234", "what": "save"})
        assert sent.status_code == 302
    assert AuditRow.objects.filter(action=editing.ACTION).count() == 1
    late = other.client.post(f"{DESK}contact/", theirs | {"mail": "a@b.example", "what": "save"})
    assert late.status_code == 409 and "a@b.example" in late.content.decode()
    assert published.texts() == {("phone", ""): "1234"}
    again = form_of(other, f"{DESK}contact/") | {"mail": "a@b.example", "what": "save"}
    assert other.client.post(f"{DESK}contact/", again).status_code == 302
    assert published.texts() == {("phone", ""): "1234", ("mail", ""): "a@b.example"}


def test_a_helpline_is_added_changed_moved_hidden_and_taken_back(someone: Make) -> None:
    who = someone("supervisor")
    new = {
        "place": "belgium",
        "name_fr": "Écoute",
        "number": "0800 32 123",
        "free": "yes",
        "languages": "fr, nl",
        "chat": "https://ecoute.example/chat",
        "texts": "0470 12 34 56",
        "mail": "aide@ecoute.example",
        "written_fr": "le soir",
    }
    blank = {"place": "belgium", "name_fr": "Écoute"}
    assert who.client.post(f"{DESK}helplines/new/", blank).status_code == 400
    assert who.client.post(f"{DESK}helplines/new/", new).status_code == 302
    key = HelplineRow.objects.get().key
    page = read("/en/who-can-help/")
    assert '<span lang="fr">Écoute</span>' in page and 'href="tel:080032123"' in page
    assert 'href="https://ecoute.example/chat"' in page and 'href="sms:0470123456"' in page
    assert 'href="mailto:aide@ecoute.example"' in page and "In writing:" in page and "le soir" in page
    assert "Languages: French, Dutch." in page and page.index("Child Focus") < page.index("Écoute")
    act(who, key, "up")
    assert read("/en/who-can-help/").index("Écoute") < read("/en/who-can-help/").index("Child Focus")
    act(who, "child-focus", "hide")
    assert "Child Focus" not in read("/en/who-can-help/")
    assert "Not shown" in read(f"{DESK}helplines/", who.client)
    act(who, "child-focus", "show")
    assert "Child Focus" in read("/en/who-can-help/")
    changed = form_of(who, f"{DESK}helplines/3114/") | {"hours_fr": "tout le temps", "what": "save"}
    assert who.client.post(f"{DESK}helplines/3114/", changed).status_code == 302
    assert "tout le temps" in read("/fr/qui-peut-aider/")
    act(who, "3114", "reset")
    act(who, key, "reset")
    assert "tout le temps" not in read("/fr/qui-peut-aider/") and "Écoute" not in read("/en/who-can-help/")
    act(who, key, "reset", 404)
    act(who, "3114", "explode", 400)


def test_what_was_only_moved_or_checked_keeps_its_words_from_the_code(
    someone: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = someone("supervisor")
    act(who, "3114", "checked")
    act(who, "3114", "up")
    newer = tuple(
        composing.replace(line, number="3115") if line.key == "3114" else line for line in defaults.HELPLINES
    )
    monkeypatch.setattr(composing, "HELPLINES", newer)
    entry = next(each for each in published.listed() if each.helpline.key == "3114")
    assert (entry.helpline.number, entry.origin) == ("3115", "shipped")
    assert entry.helpline.checked_by == who.name


def test_whom_the_pages_name_first_can_be_chosen_and_cannot_be_hidden_by_accident(someone: Make) -> None:
    who = someone("supervisor")
    assert 'href="tel:3018"' in read("/en/")
    act(who, "3018", "hide", 400)
    form = form_of(who, f"{DESK}helplines/child-focus/")
    form |= {"number": "116 000", "brief_en": "in Belgium, day and night", "what": "save"}
    assert who.client.post(f"{DESK}helplines/child-focus/", form).status_code == 302
    save(who, "first", first__place="belgium", first__minors="child-focus")
    home = read("/en/")
    assert 'href="tel:116000"' in home and "in Belgium, day and night" in home and "3018" not in home
    page = read("/en/who-can-help/")
    assert page.index('<h2 id="belgium">') < page.index('<h2 id="france">')
    act(who, "3018", "hide")
    act(who, "child-focus", "hide", 400)


def test_after_three_months_the_supervisor_is_told_to_call_again(someone: Make) -> None:
    who = someone("supervisor")
    later = datetime(2027, 4, 1, tzinfo=UTC)
    entries = [entry for entry in published.listed() if entry.helpline.key == "3018"]
    assert not entries[0].helpline.is_stale(date(2027, 1, 15))
    with clock.at(lambda: later):
        assert all(entry.is_stale for entry in published.listed())
        editing.act("3018", "checked", actor=who.name)
        assert [entry.helpline.key for entry in published.listed() if not entry.is_stale] == ["3018"]


def test_a_public_page_asks_the_database_nothing(someone: Make) -> None:
    save(someone("supervisor"), "contact", name_en="Umbrella", phone="1234")
    published.refresh()
    for address in PUBLIC:
        with CaptureQueriesContext(connection) as asked:
            page = Client().get(f"/en/{address}").content.decode()
        assert "Umbrella" in page and len(asked) == 0, address


def test_looking_for_changes_is_one_question_and_reading_them_three_more(someone: Make) -> None:
    save(someone("supervisor"), "contact", name_en="Umbrella")
    with CaptureQueriesContext(connection) as asked:
        published.refresh()
    assert len(asked) == 3
    with CaptureQueriesContext(connection) as asked:
        published.refresh()
    assert len(asked) == 1


def test_what_is_said_here_goes_into_a_file_and_comes_back_the_same(someone: Make, tmp_path: Path) -> None:
    who, file = someone("supervisor"), tmp_path / "pages.json"
    save(who, "contact", name_en="Umbrella", phone="1234")
    save(who, "hours", zone="Europe/Paris", hours__0="9-12")
    who.client.post(
        f"{DESK}helplines/new/", {"place": "belgium", "name_fr": "Écoute", "number": "0800 32 123"}
    )
    act(who, "pharos", "hide")
    files.export(file)
    before = (published.texts(), published.listed())
    editing.replace_all({}, {}, actor="test")
    assert published.texts() == {}
    files.take_in(file, actor="operator")
    assert (published.texts(), published.listed()) == before
    assert AuditRow.objects.filter(actor="operator", subject="all of a file").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"form": "something else"},
        {"texts": {"password": "x"}},
        {"texts": {"name": "without a language"}},
        {"texts": {"hours.0": "18-9"}},
        {"helplines": {"unknown": {"own": False}}},
        {"helplines": {"own-1": {"own": True, "name_fr": "x"}}},
        {"helplines": {"3018": {"checked_on": "yesterday"}}},
        {"helplines": []},
    ],
)
def test_a_file_that_is_wrong_changes_nothing(tmp_path: Path, change: dict[str, object]) -> None:
    editing.save_texts({("phone", ""): "1234"}, actor="test")
    file = tmp_path / "pages.json"
    files.export(file)
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(InputRefused):
        files.take_in(file, actor="operator")
    assert published.texts() == {("phone", ""): "1234"}


def test_the_page_without_internet_is_the_same_whatever_the_hotline_is_called(someone: Make) -> None:
    before = offline_page.page("fr")
    save(someone("supervisor"), "contact", name_fr="Parapluie")
    published.refresh()
    assert offline_page.page("fr") == before


def test_every_field_is_asked_for_on_some_page() -> None:
    asked = {each.key for section in SECTIONS.values() for each in section.asked}
    assert asked == set(editing.fields.FIELDS)
