"""Every page and JSON address of a case × everyone who might come: shown is what was granted, no more.

A case holds one thing of each kind that can be recognised on a page. Each role walks through every address
that there is, by GET and by POST; what it saw is compared with what it may see. A new address must be put
into the table below, or this fails.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from desk_people import caseworker, file_of, person, receipt
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, reverse
from staff_people import Someone

from repit.foundation.clock import now
from repit.hotline.cases import aliases, casework, helpers, recovery, service, tasks, thread
from repit.hotline.cases.access_codes import Code
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.helpers import RIGHTS, Right
from repit.hotline.web.case_pages import api_urls
from repit.hotline.web.case_pages import urls as pages
from repit.hotline.web.desk import urls as desk_pages

pytestmark = pytest.mark.django_db

MARKS: dict[str, tuple[str, ...]] = {
    "messages": ("zebra of the message", "okapi of the answer"),
    "addresses": ("https://place-of-the-case.example/",),
    "number of addresses": ("1 address is noted",),
    "tasks": ("walrus of the task",),
    "notices": ("The hotline sent a notice",),
    "items": ("What is protected", '"items"', "my-item"),
    "state": ("waits for your answer",),
    "log": ("Céleste, from the hotline</p>", "saw it in the list"),
    "helpers": ("ocelot the label",),
    "recovery": ("Someone asked for a new receipt",),
}
EVERYTHING = frozenset(MARKS)
BY_RIGHT: dict[Right, frozenset[str]] = {
    "status": frozenset({"items", "state"}),
    "locations": frozenset({"number of addresses"}),
    "log": frozenset({"log"}),
    "recovery": frozenset(),
}
AT_THE_HOTLINE = frozenset({"messages", "addresses", "tasks", "log"})
# Pages of a session: which right opens them to a helper; None where none does, "" where any does.
PAGES: dict[str, Right | str | None] = {
    "my-case": "",
    "my-case-first": "",
    "my-messages": None,
    "my-addresses": "locations",
    "my-pictures": None,
    "my-wishes": None,
    "my-nicknames": None,
    "my-withdrawals": None,
    "my-stop": None,
    "my-stop-undone": None,
    "my-helpers": None,
    "my-recovery": None,
    "my-log": "log",
    "my-code": None,
    "my-code-elsewhere": None,
    "my-part": "",
    "my-end": None,
    "my-end-words": None,
    "my-end-everything": None,
}
JSON_PATHS = {"/api/v1/cases", "/api/v1/cases/status", "/api/v1/cases/withdraw"}
CHANGES = {
    *("my-end", "my-end-words", "my-end-everything", "my-recovery", "my-wishes", "my-helpers"),
    *("my-withdrawals", "my-stop", "my-stop-undone"),
}
"""What a person's empty form might change; theirs alone to press."""


class World:
    """One case with something of everything, and the hotline around it."""

    def __init__(self) -> None:
        self.ana, self.bea = caseworker("ana", founds=True), caseworker("bea")
        assert self.bea.client.post("/staff/cases/keys/", {"alias": "Céleste"}).status_code == 302
        self.opened = receipt(seen_at=[MARKS["addresses"][0]])
        self.mine = file_of(self.opened)
        self.case = self.mine.case_id
        page = f"/staff/cases/{self.case}/"
        assert self.ana.client.get("/staff/cases/").status_code == 200
        self.ana.client.post(page + "take/")
        self.ana.client.post(page + "hand-on/", {"who": "bea"})
        self.bea.client.get("/staff/cases/")
        self.bea.client.get(page)
        thread.write(self.mine, MARKS["messages"][0])
        due = (now() + timedelta(hours=20)).strftime("%Y-%m-%d %H:%M")
        fields = {"kind": "answer", "what": MARKS["tasks"][0], "due_at": due, "location": "1"}
        assert self.bea.client.post(page + "tasks/", fields).status_code == 302
        assert self.bea.client.post(page + "answer/", {"text": MARKS["messages"][1]}).status_code == 302
        helpers.add(self.mine, MARKS["helpers"][0], ["status"])
        slip = recovery.prepare(self.mine)
        trusted = helpers.add(self.mine, "", ["recovery"])
        assert recovery.ask(slip.number, slip.secret) and trusted

    def state(self) -> object:
        """What nobody may have changed by looking."""
        held = casework.overview(Casefile(self.case, self.mine.holder))
        return (
            [message.text for message in thread.read(self.mine) if message.text != "helper-added"],
            [(location.number, location.text) for location in held.locations.shown],
            [item.state for item in held.status.items],
            [(helper.label, helper.rights) for helper in helpers.listed(self.mine)],
            held.wishes,
            held.summary.state,
            [task.state for task in held.tasks],
        )


@pytest.fixture
def world() -> World:
    return World()


def seen(answers: Iterator[HttpResponse]) -> frozenset[str]:
    """Which of the marks stand on any of these pages."""
    pages = [html.unescape(answer.content.decode()) for answer in answers]
    text = "\n".join(re.sub(r"\s+<", "<", re.sub(r">\s+", ">", page)) for page in pages)
    return frozenset(fact for fact, marks in MARKS.items() if any(mark in text for mark in marks))


def plain(client: Client, address: str, fields: dict[str, str]) -> HttpResponse:
    return client.post(address, urlencode(fields), content_type="application/x-www-form-urlencoded")


def signed_in(code: Code) -> Client:
    client = Client()
    plain(client, "/en/come-back/", {"number": code.number, "words": " ".join(code.words("en"))})
    return client


def walk(client: Client, *, leaving_out: frozenset[str] = frozenset()) -> Iterator[tuple[str, HttpResponse]]:
    """Every page of a session, looked at and sent empty; (its name, the answer)."""
    form = re.search(r'name="form"\s+value="([^"]*)"', client.get("/en/mine/").content.decode())
    token = html.unescape(form[1]) if form else ""
    for name in PAGES:
        address = reverse(f"case_pages:{name}").replace("/fr/", "/en/")
        yield name, client.get(address)
        if name not in leaving_out:
            fields = {"form": token, "remove": "99", "where": "", "text": "", "number": "1", "item": "1"}
            yield name, plain(client, address, fields)


def by_the_json_api(code: Code) -> list[HttpResponse]:
    """The JSON addresses that take a receipt."""
    body = {"number": code.number, "secret": code.secret}
    ask = Client().post
    return [
        ask("/api/v1/cases/status", body, content_type="application/json"),
        ask("/api/v1/cases/withdraw", {**body, "items": []}, content_type="application/json"),
    ]


def on_the_desk(client: Client, case: int) -> list[HttpResponse]:
    """Every page of the desk, looked at and sent."""
    found = []
    for pattern in desk_pages.urlpatterns:
        address = "/staff/cases/" + str(pattern.pattern).replace("<case:case>", str(case))
        found.append(client.get(address))
        if pattern.name not in ("cases-lock", "cases-desk-change", "cases-keys"):
            found.append(
                client.post(address, {"what": "", "who": "", "text": "", "point": "x", "danger": ""})
            )
    return found


def test_the_table_names_every_address_that_shows_something_of_a_case() -> None:
    named = {str(pattern.name) for pattern in pages.urlpatterns if isinstance(pattern, URLPattern)}
    assert {name for name in named if name.startswith("my-")} == set(PAGES)
    others = {"home", "first-steps", "helping", "helplines", "who-we-are", "professionals", "what-we-keep"}
    others |= {"sites", "accessibility", "figures", "figures-json", "figures-csv"}
    others |= {"trusted", "offline", "offline-file", "threats", "under-18"}
    assert named - set(PAGES) == others | {
        *(
            "start",
            "receipt",
            "receipt-elsewhere",
            "take-up",
            "practise",
            "come-back",
            "lost",
            "lost-asked",
            "lost-finish",
        ),
        *("leave", "sign-out", "erased"),
    }
    assert {f"/api/v1/{pattern.pattern}" for pattern in api_urls.urlpatterns} == JSON_PATHS
    assert set(BY_RIGHT) == set(RIGHTS)


def test_the_person_sees_everything_of_theirs_and_nothing_of_the_desk_s_tasks(world: World) -> None:
    answers = [answer for _, answer in walk(signed_in(world.opened), leaving_out=frozenset(CHANGES))]
    assert all(answer.status_code in (200, 302, 400) for answer in answers)
    assert seen(iter([*answers, *by_the_json_api(world.opened)])) == EVERYTHING - {"tasks"}


def test_nothing_that_a_person_or_a_helper_sees_names_an_account(world: World) -> None:
    world.ana.client.post("/staff/cases/desk/change/", {"what": "part", "who": "bea"})
    codes = [world.opened, *(helpers.add(world.mine, "", rights) for rights in (RIGHTS, ["log"]))]
    answers = [a for code in codes for _, a in walk(signed_in(code), leaving_out=frozenset(CHANGES))]
    answers += [a for code in codes for a in by_the_json_api(code)]
    for answer in answers:
        text = html.unescape(answer.content.decode())
        assert not re.search(r"(?i)\b(ana|bea)\b|\w@\w", text), text
    log = " ".join(signed_in(world.opened).get("/en/mine/log/").content.decode().split())
    assert f"{aliases.of('ana')}, from the hotline" in log
    assert "Céleste" not in log and re.search(r'class="visitor"> The hotline <', log)


def test_a_helper_sees_what_each_of_their_rights_opens_and_changes_nothing(world: World) -> None:
    before = world.state()
    for rights in itertools.chain.from_iterable(itertools.combinations(RIGHTS, n) for n in (1, 2, 3, 4)):
        code = helpers.add(world.mine, "", rights)
        walked = list(walk(signed_in(code)))
        may = frozenset().union(*(BY_RIGHT[right] for right in rights))
        assert seen(answer for _, answer in walked) | seen(iter(by_the_json_api(code))) == may, rights
        # Holding a part of the recovery opens no page.
        enters = rights != ("recovery",)
        for name, answer in walked:
            opens = enters and (PAGES[name] == "" or PAGES[name] in rights)
            expected = (200, 302, 400, 403) if opens else (403,) if enters else (403, 404)
            assert answer.status_code in expected, (rights, name, answer.status_code)
        helpers.remove(world.mine, max(helper.number for helper in helpers.listed(world.mine)))
    assert world.state() == before


def test_what_was_granted_is_gone_with_the_code(world: World) -> None:
    code = helpers.add(world.mine, "", RIGHTS)
    client = signed_in(code)
    assert client.get("/en/mine/log/").status_code == 200
    helpers.remove(world.mine, max(helper.number for helper in helpers.listed(world.mine)))
    assert seen(answer for _, answer in walk(client)) == frozenset()


Role = Callable[[World], Someone]
ROLES: dict[str, tuple[Role, frozenset[str]]] = {
    "who has the case": (lambda world: world.bea, AT_THE_HOTLINE),
    "who takes cases in and has it too": (lambda world: world.ana, AT_THE_HOTLINE),
    "another caseworker": (lambda _: caseworker("cyd"), frozenset()),
    "a supervisor": (lambda _: person("supervisor"), frozenset()),
    "a moderator": (lambda _: person("moderator"), frozenset()),
    "a senior": (lambda _: person("senior"), frozenset()),
    "an administrator": (lambda _: person("administrator"), frozenset()),
}


@pytest.mark.parametrize("role", ROLES)
def test_at_the_hotline_each_role_sees_what_is_its_own(world: World, role: str) -> None:
    who, may = ROLES[role]
    client = who(world).client
    answers = on_the_desk(client, world.case)
    assert seen(iter(answers)) - {"items", "recovery", "notices"} == may
    assert MARKS["helpers"][0] not in "".join(answer.content.decode() for answer in answers)
    # Staff are nobody on the person's pages, whatever they are on the desk.
    assert seen(answer for _, answer in walk(client)) == frozenset()


def test_who_takes_cases_in_sees_one_that_nobody_has_and_none_that_others_have(world: World) -> None:
    fresh = file_of(receipt(seen_at=[MARKS["addresses"][0]]))
    thread.write(fresh, MARKS["messages"][0])
    assert seen(iter(on_the_desk(world.ana.client, fresh.case_id))) >= {"messages", "addresses", "log"}
    assert seen(iter(on_the_desk(world.bea.client, fresh.case_id))) <= AT_THE_HOTLINE
    answer = world.bea.client.get(f"/staff/cases/{fresh.case_id}/")
    assert answer.status_code == 404


def test_a_stranger_sees_nothing_anywhere(world: World) -> None:
    wrong = Code(world.opened.number, "0000-0000-0000-0000")
    client = signed_in(wrong)
    answers = [answer for _, answer in walk(client)]
    answers += [*by_the_json_api(wrong), *on_the_desk(Client(), world.case)]
    assert seen(iter(answers)) == frozenset()
    assert all(answer.status_code in (302, 404) for answer in answers)


def test_the_rights_hold_below_the_pages_too(world: World) -> None:
    """A page that forgets to ask is refused by the room."""
    for rights in itertools.chain.from_iterable(itertools.combinations(RIGHTS, n) for n in (1, 2, 3)):
        if rights == ("recovery",):
            continue
        file = file_of(helpers.add(world.mine, "", rights))
        view = service.view(file)
        assert (view.state is None) == (view.status is None) == ("status" not in rights)
        assert (view.locations is None) == ("locations" not in rights) and view.wishes is None
        assert not view.notices and view.recovery_asked is None and not view.recovery_prepared
        with file.turn() as turn:
            assert tasks.known(turn) == [] and turn.sees_log == ("log" in rights)
        helpers.remove(world.mine, max(helper.number for helper in helpers.listed(world.mine)))
