"""The desk's pages, asked as a browser would: what each action does, and what the person sees of it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from desk_people import PASSPHRASE, caseworker, file_of, receipt
from django.template.loader import render_to_string

import repit.hotline.cases
from repit.foundation import clock, moments
from repit.foundation.clock import now
from repit.foundation.errors import NotFound, NotGranted, SealBroken, TransitionRefused
from repit.hotline.cases import (
    casework,
    caseworkers,
    checklist,
    closing,
    desk,
    locations,
    service,
    tasks,
    thread,
    worklist,
)
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.models import Case, Task
from repit.hotline.web.desk import case_links, log_words

pytestmark = pytest.mark.django_db
INBOX = "/staff/cases/"
CASES = Path(repit.hotline.cases.__file__).parent


def page_of(opened) -> str:
    return f"{INBOX}{file_of(opened).case_id}/"


def text_of(who, address: str) -> str:
    answer = who.client.get(address)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def post(someone, address: str, status: int = 302, **fields: str) -> str:
    answer = someone.client.post(address, fields)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def taken(who, opened) -> Casefile:
    """A case in someone's hands, with their own keys."""
    post(who, page_of(opened) + "take/")
    return Casefile(file_of(opened).case_id, caseworkers.unlock(who.name, PASSPHRASE))


def test_a_caseworker_takes_a_case_reads_it_answers_and_the_person_reads_the_answer():
    ana = caseworker("ana", founds=True)
    opened = receipt(seen_at=["https://forum.example/1"])
    mine = file_of(opened)
    thread.write(mine, "Bonjour, que faire ?")
    assert worklist.label(mine.case_id) in text_of(ana, INBOX)
    shown = text_of(ana, page_of(opened))
    assert "Bonjour, que faire ?" in shown and "https://forum.example/1" in shown
    assert 'href="https://forum' not in shown and 'name="text"' not in shown
    post(ana, page_of(opened) + "take/")
    post(ana, page_of(opened) + "answer/", text="Nous sommes là.")
    assert [m.text for m in thread.read(mine)] == ["Bonjour, que faire ?", "Nous sommes là."]
    assert service.view(mine).state == "waiting"
    entries = [(entry.by, entry.who, entry.what) for entry in casework.access_log(taken(ana, opened))]
    assert ("caseworker", "ana", "message") in entries and ("desk", "ana", "case") in entries


def test_what_is_too_long_or_empty_is_refused_and_stays_in_the_form():
    ana = caseworker(founds=True)
    opened = receipt()
    taken(ana, opened)
    shown = post(ana, page_of(opened) + "answer/", status=413, text="x" * 8001)
    assert "x" * 8001 in shown and 'role="alert"' in shown
    assert "The message is empty." in post(ana, page_of(opened) + "answer/", status=400, text=" \n ")
    shown = post(ana, page_of(opened) + "tasks/", status=400, kind="other", what="", due_at="2030-13-99")
    assert "cannot be read" in shown
    assert thread.read(file_of(opened)) == []


def test_two_who_take_one_case_at_once_do_not_both_get_it():
    ana, bea = caseworker("ana", founds=True), caseworker("bea")
    post(ana, INBOX + "desk/change/", what="admit", who="bea")
    opened = receipt()
    post(ana, page_of(opened) + "take/")
    assert "A colleague has this case." in post(bea, page_of(opened) + "take/", status=409)
    assert casework.holders(file_of(opened).case_id) == ["ana"]
    post(bea, page_of(opened) + "hand-on/", who="bea")
    assert casework.holders(file_of(opened).case_id) == ["ana", "bea"]


def test_a_case_is_handed_on_let_go_and_taken_up_by_the_next():
    ana, bea = caseworker("ana", founds=True), caseworker("bea")
    opened = receipt()
    taken(ana, opened)
    post(ana, page_of(opened) + "hand-on/", who="bea")
    assert "Take it from ana" in text_of(bea, page_of(opened))
    post(ana, page_of(opened) + "hand-on/", status=400, who="nobody")
    post(ana, page_of(opened) + "release/")
    post(bea, page_of(opened) + "release/", who="bea")
    assert bea.client.get(page_of(opened)).status_code == 404
    assert service.view(file_of(opened)).state == "new"
    assert "Take this case" in text_of(ana, page_of(opened))
    post(ana, page_of(opened) + "release/", status=404, who="zoé\0")


def test_a_closed_case_opens_again_for_its_caseworker_when_the_person_writes():
    ana = caseworker(founds=True)
    opened = receipt()
    taken(ana, opened)
    post(ana, page_of(opened) + "close/")
    assert "Closed" in text_of(ana, INBOX)
    thread.write(file_of(opened), "Encore moi")
    assert "wrote last, waits for an answer" in text_of(ana, INBOX)
    assert "Take it up again" in text_of(ana, page_of(opened))
    post(ana, page_of(opened) + "answer/", text="Nous voilà.")
    assert service.view(file_of(opened)).state == "waiting"


def test_addresses_are_added_and_removed_on_the_desk():
    ana = caseworker(founds=True)
    opened = receipt(seen_at=["one"])
    taken(ana, opened)
    post(ana, page_of(opened) + "addresses/", where="two\n\nthree\n")
    post(ana, page_of(opened) + "addresses/", remove="1")
    post(ana, page_of(opened) + "addresses/", status=400, remove="77")
    post(ana, page_of(opened) + "addresses/", status=400, where=" ")
    found = locations.read(file_of(opened)).shown
    assert [(location.text, location.by) for location in found] == [
        ("two", "caseworker"),
        ("three", "caseworker"),
    ]


def test_tasks_follow_their_table_and_every_change_is_in_the_log():
    ana = caseworker("ana", founds=True)
    opened = receipt(seen_at=["https://host.example/1"])
    mine = taken(ana, opened)
    post(ana, page_of(opened) + "tasks/", kind="notice", what="à l'hébergeur", within="48", location="1")
    post(
        ana,
        page_of(opened) + "tasks/",
        kind="other",
        what="rappeler",
        due_at=f"{now() + timedelta(days=9):%Y-%m-%dT%H:%M}",
    )
    for after, status in (("done", 302), ("done", 409), ("dropped", 409), ("open", 302), ("dropped", 302)):
        post(ana, page_of(opened) + "tasks/change/", status=status, task="1", after=after)
    post(ana, page_of(opened) + "tasks/change/", status=409, task="1", within="4")
    post(ana, page_of(opened) + "tasks/change/", task="2", within="4")
    post(ana, page_of(opened) + "tasks/change/", status=400, task="3", after="done")
    first, second = sorted(casework.overview(mine).tasks, key=lambda task: task.number)
    assert (first.kind, first.state, first.location_text, first.by) == (
        "notice",
        "dropped",
        "https://host.example/1",
        "ana",
    )
    assert timedelta(hours=3) < second.due_at - now() <= timedelta(hours=4)
    entries = [entry.what for entry in service.access_log(file_of(opened)) if entry.what.startswith("task")]
    assert entries[::-1] == [
        "task 1 open",
        "task 2 open",
        "task 1 done",
        "task 1 open",
        "task 1 dropped",
        "task 2 due",
    ]


def test_a_task_in_the_past_too_far_too_long_or_about_another_s_address_is_refused():
    ana = caseworker(founds=True)
    opened = receipt()
    taken(ana, opened)
    for fields, status in (
        ({"due_at": "2001-01-01T00:00"}, 400),
        ({"due_at": "9999-12-31T23:59"}, 400),
        ({"due_at": "\0"}, 400),
        ({"what": "x" * 501}, 413),
        ({"location": "9"}, 400),
        ({"kind": "nonsense"}, 400),
    ):
        post(ana, page_of(opened) + "tasks/", status=status, **{"kind": "write", "within": "24", **fields})
    assert Task.objects.count() == 0


def test_what_of_a_task_the_person_is_told_and_what_not():
    ana = caseworker(founds=True)
    opened = receipt(seen_at=["https://host.example/1"])
    mine = taken(ana, opened)
    tasks.add(mine, tasks.New("answer", "référence 31", now() + timedelta(hours=30), 1))
    tasks.add(mine, tasks.New("watch", "image inversée", now() + timedelta(hours=1)))
    [notice] = service.view(file_of(opened)).notices
    assert (notice.location, notice.state) == ("https://host.example/1", "open")
    with clock.at(lambda: clock._wall() + timedelta(hours=31)):
        assert service.view(file_of(opened)).notices[0].state == "late"
    tasks.move(mine, 1, "done")
    assert service.view(file_of(opened)).notices[0].state == "done"
    tasks.move(mine, 1, "open")
    tasks.move(mine, 1, "dropped")
    assert service.view(file_of(opened)).notices == []
    assert casework.overview(mine).summary.urgency.next_due is not None


def test_a_deadline_of_today_is_told_as_today_s():
    ana = caseworker(founds=True)
    opened = receipt()
    mine = taken(ana, opened)
    noon = now().replace(hour=12, minute=0, second=0, microsecond=0)
    with clock.at(lambda: noon - timedelta(hours=1)):
        tasks.add(mine, tasks.New("answer", "", noon + timedelta(hours=6)))
        [notice] = service.view(file_of(opened)).notices
        assert notice.state == "open"
        page = render_to_string("case_pages/_notice.html", {"notice": notice})
        due = moments.clock(noon + timedelta(hours=6))
    assert f"ends today at {due}." in " ".join(page.split())


def test_the_log_of_a_case_is_in_words_and_leaves_nothing_out():
    for what in ("list", "task 3 done", "checklist safe not-needed", "assigned to Jean Paul", "danger"):
        assert log_words.shown(what) != what
    assert log_words.shown("assigned to Jean Paul").endswith("Jean Paul")
    for strange in ("something new", "task 3 gone", "checklist x done", ""):
        assert log_words.shown(strange) == strange
    written = re.findall(r'\.log_access\("([^"]+)"\)', "".join(p.read_text() for p in CASES.glob("*.py")))
    assert len(written) > 10 and not [what for what in written if log_words.shown(what) == what]


def test_tasks_and_checklist_are_destroyed_with_the_words_of_a_case():
    ana = caseworker(founds=True)
    opened = receipt()
    mine = taken(ana, opened)
    tasks.add(mine, tasks.New("write", "", now() + timedelta(hours=1)))
    checklist.mark(mine, "safe", "done")
    closing.erase_now(file_of(opened), keep_protection=True)
    assert Task.objects.count() == 0
    with pytest.raises(NotGranted):
        checklist.mark(mine, "safe", "open")
    text_of(ana, page_of(opened))


def test_the_checklist_follows_its_table_and_says_who_did_what():
    ana = caseworker("ana", founds=True)
    opened = receipt()
    mine = taken(ana, opened)
    for point, status in (
        ("safe:done", 302),
        ("safe:done", 409),
        ("adult:not-needed", 302),
        ("adult:open", 302),
        ("adult:gone", 400),
        ("nothing:done", 400),
        ("", 400),
    ):
        post(ana, page_of(opened) + "checklist/", status=status, point=point)
    listed = casework.overview(mine).checklist
    states = {point.code: (point.state, point.by) for point in listed.points}
    assert states["safe"] == ("done", "ana") and states["adult"] == ("open", "ana")
    assert states["written"] == ("open", "") and listed.open == 9
    assert listed.until == Case.objects.get().opened_on + timedelta(days=1)


def test_danger_puts_a_case_above_a_late_one():
    ana = caseworker(founds=True)
    calm, late, pressing = receipt(), receipt(), receipt()
    for opened in (calm, late, pressing):
        taken(ana, opened)
    with clock.at(lambda: clock._wall() - timedelta(hours=5)):
        post(ana, page_of(late) + "tasks/", kind="write", within="4")
    post(ana, page_of(pressing) + "danger/", danger="yes")
    found = [summary.case for summary in worklist.inbox(caseworkers.unlock(ana.name, PASSPHRASE))]
    assert found == [file_of(case_receipt).case_id for case_receipt in (pressing, late, calm)]
    shown = text_of(ana, INBOX)
    assert "someone may be in danger" in shown and "late since today: Write to the person" in shown
    post(ana, page_of(pressing) + "danger/", danger="no")
    assert "someone may be in danger" not in text_of(ana, INBOX)


def test_a_list_that_is_looked_at_again_within_the_hour_fills_no_log():
    ana = caseworker("ana", founds=True)
    opened = receipt()
    for _ in range(3):
        text_of(ana, INBOX)
    assert [entry.what for entry in service.access_log(file_of(opened))].count("list") == 1
    with clock.at(lambda: clock._wall() + timedelta(hours=1)):
        assert worklist.inbox(desk.unlock(caseworkers.unlock("ana", PASSPHRASE)))
    assert [entry.what for entry in service.access_log(file_of(opened))].count("list") == 2


def test_the_desk_shows_the_oldest_new_cases_and_says_how_many_more_wait(monkeypatch):
    monkeypatch.setattr(worklist, "MOST_WAITING", 2)
    ana = caseworker(founds=True)
    opened = [receipt() for _ in range(4)]
    oldest = file_of(opened[3]).case_id
    Case.objects.filter(pk=oldest).update(opened_on=now().date() - timedelta(days=3))
    shown = text_of(ana, INBOX)
    assert worklist.label(oldest) in shown and "2 newer cases wait" in shown
    assert "nobody has taken it since yesterday" in shown
    seen = [
        "list" in [entry.what for entry in service.access_log(file_of(case_receipt))]
        for case_receipt in opened
    ]
    assert sum(seen) == 2


def test_someone_who_left_is_parted_from_their_keys_and_their_cases_wait_again():
    ana, bea = caseworker("ana", founds=True), caseworker("bea")
    post(ana, INBOX + "desk/change/", what="admit", who="bea")
    opened = receipt(seen_at=["there"])
    mine = taken(bea, opened)
    with mine.turn() as turn:
        kept = dict(turn.rooms)
    post(ana, INBOX + "desk/change/", status=409, what="part", who="ana")
    post(ana, INBOX + "desk/change/", what="part", who="bea")
    assert bea.client.get(INBOX).headers["Location"].startswith(INBOX + "unlock/")
    assert desk.members() == ["ana"] and not caseworkers.is_enrolled("bea")
    at_desk = desk.unlock(caseworkers.unlock("ana", PASSPHRASE))
    assert [summary.state for summary in worklist.inbox(at_desk)] == ["new"]
    with Casefile(mine.case_id, at_desk).turn() as turn:
        turn.rooms = kept
        with pytest.raises(SealBroken):
            turn.read("locations", "location")
    with pytest.raises(NotFound):
        casework.overview(mine)
    assert [location.text for location in locations.read(file_of(opened)).shown] == ["there"]


def test_a_room_that_is_built_gets_a_link_on_the_case(monkeypatch):
    ana = caseworker(founds=True)
    opened = receipt()
    taken(ana, opened)
    assert "Note as a task when you will look" in text_of(ana, page_of(opened))
    monkeypatch.setattr(case_links, "_LINKS", dict(case_links._LINKS))
    case_links.register("watch", case_links.CaseLink("Watch", "What is looked for.", "cases-log"))
    shown = text_of(ana, page_of(opened))
    assert "What is looked for." in shown and "Note as a task when" not in shown
    assert [link.route for link in case_links.links()] == ["", "", "cases-log"]


def test_a_case_that_came_back_to_someone_absent_is_seen_by_those_who_take_cases_in():
    ana, bea = caseworker("ana", founds=True), caseworker("bea")
    opened = receipt()
    post(ana, page_of(opened) + "take/")
    post(ana, page_of(opened) + "hand-on/", who="bea")
    post(bea, page_of(opened) + "release/", who="ana")
    post(bea, page_of(opened) + "close/")
    thread.write(file_of(opened), "Encore moi")
    shown = text_of(ana, INBOX + "?show=others")
    assert worklist.label(file_of(opened).case_id) in shown and "bea" in shown


def test_the_desk_is_set_up_once_and_only_those_who_take_cases_in_change_it():
    ana, bea = caseworker("ana", founds=True), caseworker("bea")
    post(ana, INBOX + "desk/change/", status=409, what="found")
    for what, who in (("admit", "bea"), ("dismiss", "ana"), ("part", "ana")):
        post(bea, INBOX + "desk/change/", status=403, what=what, who=who)
    post(ana, INBOX + "desk/change/", status=404, what="admit", who="nobody\0")
    post(ana, INBOX + "desk/change/", status=400, what="")
    assert desk.members() == ["ana"]
    assert "Let bea take cases in" in text_of(ana, INBOX + "desk/")
    assert "Let bea take cases in" not in text_of(bea, INBOX + "desk/")
    with pytest.raises(TransitionRefused):
        casework.part_with(caseworkers.unlock("ana", PASSPHRASE), "ana")
