"""What is limited is cost: no number of tries, by whomever, keeps a person from their own case."""

from __future__ import annotations

import json
import re
import threading
from contextlib import ExitStack

import pytest
from django.test import Client
from visitors import Visitor, arrived, code_in, hidden, items, post, signed_in

from repit.cases import doors, service
from repit.cases.models import Case
from repit.foundation.errors import NotFound
from repit.interfaces.case_pages import limits, lines
from repit.interfaces.case_pages.limits import TooOften
from repit.interfaces.case_pages.lines import Lines

pytestmark = pytest.mark.django_db
HOME = "203.0.113.7"


@pytest.fixture(autouse=True)
def _afresh() -> None:
    limits.counter.__init__()


@pytest.fixture
def at_once(monkeypatch) -> None:
    """Wrong codes cost their connection no rest, so that a test of many tries is not slow."""
    monkeypatch.setattr(lines, "_RESTS", 0.0)


def visitor_from(address: str) -> Visitor:
    one = Visitor()
    one.client = Client(REMOTE_ADDR=address, raise_request_exception=False)
    return one


# --- receipts -----------------------------------------------------------------------------------------------


def test_right_answers_do_not_count_as_tries() -> None:
    code = Visitor().receipt()
    one = visitor_from(HOME)
    for _ in range(22):
        assert one.sign_in(*code).status_code == 302


@pytest.mark.usefixtures("at_once")
def test_one_who_errs_and_a_neighbour_behind_the_same_address_still_get_in() -> None:
    mine, theirs = Visitor().receipt(), Visitor().receipt()
    wrong = theirs[1]
    for _ in range(21):
        assert visitor_from(HOME).sign_in(mine[0], wrong).status_code == 400
    assert visitor_from(HOME).sign_in(*mine).status_code == 302
    assert visitor_from(HOME).sign_in(*theirs).status_code == 302


@pytest.mark.usefixtures("at_once")
def test_a_stranger_who_knows_a_number_locks_nobody_out_of_it() -> None:
    code, wrong = Visitor().receipt(), Visitor().receipt()[1]
    for n in range(24):
        visitor_from(f"198.51.100.{n % 4}").sign_in(code[0], wrong)
    one = visitor_from(HOME)
    assert one.sign_in(*code).status_code == 302
    assert one.post("take-back/", all="1").status_code == 302
    assert [i.state for i in service.view(doors.enter(*code)).status.items] == ["withdrawn"]


@pytest.mark.usefixtures("at_once")
def test_the_json_door_withdraws_after_any_number_of_tries() -> None:
    code = Visitor().receipt()
    client = Client(REMOTE_ADDR=HOME)

    def ask(path: str, **body: object) -> int:
        return client.post(f"/api/v1/cases/{path}", body, content_type="application/json").status_code

    for _ in range(21):
        assert ask("status", number="ZF15P-0J3T7", secret="x") == 404
        assert ask("status", number=code[0], secret=code[1]) == 200
    assert ask("withdraw", number=code[0], secret=code[1], items="all") == 200


@pytest.mark.usefixtures("at_once")
def test_practising_and_asking_for_a_way_back_are_not_counted_either() -> None:
    one = visitor_from(HOME)
    code = one.receipt()
    for _ in range(21):
        assert post(one.client, "/en/practise/", {"number": code[0], "words": "x"}).status_code == 400
        assert post(one.client, "/en/lost/", {"number": code[0], "words": code[1]}).status_code == 400
    assert post(one.client, "/en/practise/", {"number": code[0], "words": code[1]}).status_code == 302


class Taken:
    """Lines that are as full as they may be, until told otherwise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lines, "lines", Lines(waiting=0))
        self._monkeypatch = monkeypatch

    def free(self) -> None:
        self._monkeypatch.setattr(lines, "lines", Lines())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_where_the_line_is_full_what_was_typed_is_sent_again_by_one_press(monkeypatch, language: str) -> None:
    code = Visitor(language).receipt()
    one = Visitor(language)
    line = Taken(monkeypatch)
    busy = one.sign_in(*code)
    assert busy.status_code == 429 and busy["Retry-After"] == "5"
    text = busy.content.decode()
    assert ("Nothing is lost." if language == "en" else "Rien n&#x27;est perdu.") in text
    assert code[1] not in text and code[0] not in text
    path = {"en": "/en/come-back/", "fr": "/fr/revenir/"}[language]
    again = post(one.client, path, {"sent": hidden(busy, "sent")})
    assert again.status_code == 429
    line.free()
    assert post(one.client, path, {"sent": hidden(again, "sent")}).status_code == 302
    assert one.client.get(f"/{language}/mine/".replace("/fr/mine/", "/fr/suivi/")).status_code == 200


def test_so_it_is_where_two_codes_were_typed_and_where_a_message_waits(monkeypatch) -> None:
    one, _ = signed_in()
    slip = code_in(one.post("spare/", slip="1"))
    form = hidden(one.client.get("/en/mine/messages/"), "form")
    line = Taken(monkeypatch)
    fields = {"number": slip[0], "words": slip[1], "second_number": slip[0], "second_words": "x"}
    busy = post(Client(), "/en/lost/two-parts/", fields)
    answer = Client().post("/api/v1/cases/status", {"number": slip[0], "secret": "x"}, "application/json")
    assert (answer.status_code, answer["Retry-After"]) == (429, "5")
    waiting = post(Client(), "/en/mine/messages/", {"form": form, "text": "kept"})
    late = post(Client(), "/en/come-back/", {"number": "x", "words": "y", "carry": hidden(waiting, "carry")})
    line.free()
    refused = post(Client(), "/en/lost/two-parts/", {"sent": hidden(busy, "sent")})
    assert refused.status_code == 400 and slip[0] in refused.content.decode()
    again = post(Client(), "/en/come-back/", {"sent": hidden(late, "sent")})
    assert hidden(again, "carry") == hidden(waiting, "carry")


def test_what_was_held_up_elsewhere_or_was_altered_is_not_taken_up(monkeypatch) -> None:
    line = Taken(monkeypatch)
    sent = hidden(Visitor().sign_in("x", "y"), "sent")
    line.free()
    for path, field in (("/en/lost/", sent), ("/en/come-back/", sent[:-5] + "AAAA="), ("/en/come-back/", "")):
        assert post(Client(), path, {"sent": field}).status_code == 400


def test_a_page_that_fails_gives_back_what_was_typed(monkeypatch) -> None:
    one, _ = signed_in()
    form = hidden(one.client.get("/en/mine/messages/"), "form")
    with monkeypatch.context() as failing:
        failing.setattr("repit.cases.thread.write", lambda *_: 1 / 0)
        failed = post(one.client, "/en/mine/messages/", {"form": form, "text": "not lost"})
    assert failed.status_code == 500 and "not lost" not in failed.content.decode()
    assert post(one.client, "/en/mine/messages/", {"sent": hidden(failed, "sent")}).status_code == 302
    assert "not lost" in one.client.get("/en/mine/messages/").content.decode()


# --- opening cases ------------------------------------------------------------------------------------------


def test_the_eleventh_case_of_one_address_keeps_its_answers_and_goes_on_from_them(settings) -> None:
    settings.REPIT_SUBMISSIONS_PER_HOUR = 10
    for _ in range(10):
        visitor_from(HOME).receipt()
    one, form = visitor_from(HOME), items()
    last = one.to_the_device("https://kept.example")
    held = one.step(last, hashes=form)
    assert held.status_code == 429 and Case.objects.count() == 10
    text = held.content.decode()
    assert "your answers stay on this page" in text and "press again in 60 minutes" in text
    assert json.loads(form)[0]["hashes"][0]["value"] in text and "<details open" in text
    assert "https://kept.example" in one.step(one.step(held, back="1"), back="1").content.decode()
    elsewhere = visitor_from("198.51.100.1")  # the same page, over mobile data
    code = code_in(elsewhere.step(held, hashes=form))
    assert service.view(doors.enter(*code)).places.count == 1


def test_only_cases_that_were_opened_count(settings) -> None:
    settings.REPIT_SUBMISSIONS_PER_HOUR = 1
    one, form = visitor_from(HOME), items()
    last = one.to_the_device()
    for _ in range(5):
        assert one.step(last, hashes="[").status_code == 400
    code = code_in(one.step(last, hashes=form))
    for _ in range(5):
        assert code_in(visitor_from(HOME).step(last, hashes=form)) == code
    assert one.step(one.to_the_device(), hashes=items()).status_code == 429
    body = {"items": [{"media": "picture", "kind": "intimate", "hashes": []}]}
    refused = Client(REMOTE_ADDR=HOME).post("/api/v1/cases", body, content_type="application/json")
    assert refused.status_code == 400


def test_who_may_open_the_next_case_is_said_by_the_oldest_of_the_hour() -> None:
    counted = limits.Counter()
    assert counted.note(HOME, "x", 2, 60.0) == 0.0 == counted.note(HOME, "x", 2, 60.0)
    assert 59.0 < counted.note(HOME, "x", 2, 60.0) <= 60.0
    counted.give_back(HOME, "x")
    assert counted.note(HOME, "x", 2, 60.0) == 0.0 and counted.note("other", "x", 2, 60.0) == 0.0


# --- lines --------------------------------------------------------------------------------------------------


class Crowd:
    """Threads that come to lines, each noted when it is served, and served until it is let go."""

    def __init__(self, those: Lines) -> None:
        self.lines, self.served, self.refused = those, [], []
        self._goes: dict[str, threading.Event] = {}
        self._came = threading.Condition()
        self._threads: list[threading.Thread] = []

    def come(self, name: str, origin: str, *, wrong: bool = False) -> None:
        """Returns once this one is served, waits in its line, or was turned away."""
        self._goes[name] = threading.Event()
        before = self.waiting()
        thread = threading.Thread(target=self._one, args=(name, origin, wrong), daemon=True)
        self._threads.append(thread)
        thread.start()
        spin(lambda: name in [*self.served, *self.refused] or self.waiting() > before)

    def let_go(self, name: str, then: str = "") -> None:
        """This one is done; wait until another one is served in its place."""
        self._goes[name].set()
        if then:
            with self._came:
                assert self._came.wait_for(lambda: then in self.served, timeout=30), (then, self.served)

    def waiting(self) -> int:
        with self.lines._changed:
            return sum(map(len, self.lines._lines.values()))

    def all_gone(self) -> None:
        for event in self._goes.values():
            event.set()
        for thread in self._threads:
            thread.join()

    def _one(self, name: str, origin: str, wrong: bool) -> None:
        try:
            with self.lines.turn(origin):
                self._note(self.served, name)
                self._goes[name].wait()
                if wrong:
                    raise NotFound
        except TooOften:
            self._note(self.refused, name)
        except NotFound:
            pass

    def _note(self, among: list[str], name: str) -> None:
        with self._came:
            among.append(name)
            self._came.notify_all()


@pytest.fixture
def crowd():
    with ExitStack() as stack:

        def gather(**options: float) -> Crowd:
            one = Crowd(Lines(**{"patience": 60.0, **options}))
            stack.callback(one.all_gone)
            return one

        yield gather


def spin(condition) -> None:
    """Wait for what another thread is about to do."""
    done = threading.Event()
    while not condition():
        done.wait(0.002)


def test_a_flood_from_one_connection_waits_behind_itself_and_others_pass_by(crowd) -> None:
    here = crowd(at_once=1, of_one=50, waiting=100)
    here.come("flood-0", HOME)
    for n in range(1, 20):
        here.come(f"flood-{n}", HOME)
    here.come("person", "198.51.100.1")
    assert here.served == ["flood-0"]
    here.let_go("flood-0", then="flood-1")
    here.let_go("flood-1", then="person")
    assert len(here.served) == 3


def test_of_one_connection_one_is_served_at_a_time_whatever_is_free(crowd) -> None:
    here = crowd(at_once=4)
    here.come("first", HOME)
    here.come("second", HOME)
    here.come("other", "198.51.100.1")
    assert here.served == ["first", "other"]
    here.let_go("first", then="second")


def test_a_full_line_turns_away_its_own_and_nobody_else(crowd) -> None:
    here = crowd(at_once=1, of_one=2, waiting=50)
    for name in ("served", "waits", "waits too", "turned away"):
        here.come(name, HOME)
    assert here.refused == ["turned away"]
    here.come("other", "198.51.100.1")
    assert here.refused == ["turned away"]
    here.let_go("served", then="waits")
    here.come("again", HOME)
    assert here.refused == ["turned away"]


def test_who_waits_too_long_is_told_so_and_leaves_no_trace(crowd) -> None:
    here = crowd(at_once=1, patience=0.01)
    here.come("served", HOME)
    here.come("impatient", "198.51.100.1")
    spin(lambda: here.refused == ["impatient"])
    here.let_go("served")
    spin(lambda: not here.lines._lines and not here.lines._served)


def test_a_wrong_code_lets_its_connection_rest_and_a_right_one_does_not(crowd, monkeypatch) -> None:
    monkeypatch.setattr(lines, "_RESTS", 1e9)
    monkeypatch.setattr(lines, "_LONGEST_REST", 1e9)
    here = crowd(at_once=2)
    here.come("right", "198.51.100.1")
    here.let_go("right")
    here.come("right again", "198.51.100.1")
    here.come("wrong", HOME, wrong=True)
    here.let_go("wrong")
    spin(lambda: here.lines._rests)
    here.come("behind it", HOME)
    assert here.served == ["right", "right again", "wrong"]
    with here.lines._changed:
        here.lines._rests.clear()
        here.lines._changed.notify_all()
    here.let_go("right again", then="behind it")


def test_a_rest_ends_by_itself() -> None:
    some = Lines()
    with pytest.raises(NotFound), some.turn(HOME):
        raise NotFound
    with some.turn(HOME):
        pass


def test_connections_that_say_nothing_of_who_comes_do_not_share_a_line(crowd) -> None:
    here = crowd(at_once=3, of_one=1)
    for name in ("one", "two", "three"):
        here.come(name, "")
    assert here.served == ["one", "two", "three"]


def test_no_address_is_held_in_memory_while_someone_waits(crowd) -> None:
    here = crowd(at_once=1)
    here.come("served", HOME)
    here.come("waits", HOME)
    assert HOME not in repr(vars(here.lines))


def test_a_number_that_was_mistyped_costs_nothing() -> None:
    text = arrived(Visitor().sign_in("AAAAA-AAAAB", "x")).content.decode()
    assert re.search("typing error", text) and not lines.lines._rests
