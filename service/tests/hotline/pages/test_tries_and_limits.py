"""What is limited is cost: no number of tries, by whomever, keeps a person from their own case."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from django.test import Client
from visitors import Visitor, arrived, code_in, hidden, items, post, signed_in, stopped

from repit.foundation import ids
from repit.foundation.errors import NotFound
from repit.hotline.cases import access_codes, keys, service, words
from repit.hotline.cases.models import AccessCode, Case
from repit.hotline.web.case_pages import lines
from repit.hotline.web.case_pages.limits import TooOften
from repit.hotline.web.case_pages.lines import Lines

pytestmark = pytest.mark.django_db
HOME = "203.0.113.7"


def visitor_from(address: str) -> Visitor:
    person = Visitor()
    person.client = Client(REMOTE_ADDR=address, raise_request_exception=False)
    return person


# --- receipts -----------------------------------------------------------------------------------------------


def test_right_answers_do_not_count_as_tries() -> None:
    code = Visitor().receipt()
    person = visitor_from(HOME)
    for _ in range(22):
        assert person.sign_in(*code).status_code == 302


def test_one_who_errs_and_a_neighbour_behind_the_same_address_still_get_in() -> None:
    mine, theirs = Visitor().receipt(), Visitor().receipt()
    wrong = theirs[1]
    for _ in range(21):
        assert visitor_from(HOME).sign_in(mine[0], wrong).status_code == 400
    assert visitor_from(HOME).sign_in(*mine).status_code == 302
    assert visitor_from(HOME).sign_in(*theirs).status_code == 302


def test_a_stranger_who_knows_a_number_locks_nobody_out_of_it() -> None:
    code, wrong = Visitor().receipt(), Visitor().receipt()[1]
    for n in range(24):
        visitor_from(f"198.51.100.{n % 4}").sign_in(code[0], wrong)
    person = visitor_from(HOME)
    assert person.sign_in(*code).status_code == 302
    assert stopped(person, all="1").status_code == 302
    assert [i.state for i in service.view(access_codes.enter(*code)).status.items] == ["withdrawn"]


def test_the_json_api_withdraws_after_any_number_of_tries() -> None:
    code = Visitor().receipt()
    client = Client(REMOTE_ADDR=HOME)

    def ask(path: str, **body: object) -> int:
        return client.post(f"/api/v1/cases/{path}", body, content_type="application/json").status_code

    for _ in range(21):
        assert ask("status", number="ZF15P-0J3T7", secret="x") == 404
        assert ask("status", number=code[0], secret=code[1]) == 200
    assert ask("withdraw", number=code[0], secret=code[1], items="all") == 200


def test_practising_and_asking_for_recovery_are_not_counted_either() -> None:
    person = visitor_from(HOME)
    code = person.receipt()
    for _ in range(21):
        assert post(person.client, "/en/practise/", {"number": code[0], "words": "x"}).status_code == 400
        assert post(person.client, "/en/lost/", {"number": code[0], "words": code[1]}).status_code == 400
    assert post(person.client, "/en/practise/", {"number": code[0], "words": code[1]}).status_code == 302


class Taken:
    """Lines that are as full as they may be, until told otherwise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lines, "lines", Lines(waiting=(0, 0, 0)))
        self._monkeypatch = monkeypatch

    def free(self) -> None:
        self._monkeypatch.setattr(lines, "lines", Lines())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_where_the_line_is_full_what_was_typed_is_sent_again_by_one_press(monkeypatch, language: str) -> None:
    code = Visitor(language).receipt()
    person = Visitor(language)
    line = Taken(monkeypatch)
    busy = person.sign_in(*code)
    assert busy.status_code == 429 and busy["Retry-After"] == "5"
    text = busy.content.decode()
    assert ("Nothing is lost." if language == "en" else "Rien n’est perdu.") in text
    assert code[1] not in text and code[0] not in text
    path = {"en": "/en/come-back/", "fr": "/fr/revenir/"}[language]
    again = post(person.client, path, {"sent": hidden(busy, "sent")})
    assert again.status_code == 429
    line.free()
    assert post(person.client, path, {"sent": hidden(again, "sent")}).status_code == 302
    assert person.client.get(f"/{language}/mine/".replace("/fr/mine/", "/fr/suivi/")).status_code == 200


def test_so_it_is_where_two_codes_were_typed_and_where_a_message_waits(monkeypatch) -> None:
    person = Visitor()
    code = person.receipt()
    person.sign_in(*code)
    slip = code_in(person.post("spare/", slip="1"))
    form = hidden(person.client.get("/en/mine/messages/"), "form")
    line = Taken(monkeypatch)
    two = {"number": slip[0], "words": slip[1], "second_number": code[0], "second_words": code[1]}
    busy = post(Client(), "/en/lost/two-parts/", two)
    body = {"number": code[0], "secret": code[1]}
    answer = Client().post("/api/v1/cases/status", body, "application/json")
    assert (answer.status_code, answer["Retry-After"]) == (429, "5")
    waiting = post(Client(), "/en/mine/messages/", {"form": form, "text": "kept"})
    fields = {"number": code[0], "words": code[1], "carry": hidden(waiting, "carry")}
    late, browser = post(Client(), "/en/come-back/", fields), Client()
    line.free()
    refused = post(Client(), "/en/lost/two-parts/", {"sent": hidden(busy, "sent")})
    assert refused.status_code == 400 and slip[0] in refused.content.decode()
    back = post(browser, "/en/come-back/", {"sent": hidden(late, "sent")})
    assert back["Location"] == "/en/mine/messages/"
    assert ">kept</textarea>" in browser.get(back["Location"]).content.decode()


def test_what_was_held_up_elsewhere_or_was_altered_is_not_taken_up(monkeypatch) -> None:
    code = Visitor().receipt()
    line = Taken(monkeypatch)
    sent = hidden(Visitor().sign_in(*code), "sent")
    line.free()
    for path, field in (("/en/lost/", sent), ("/en/come-back/", sent[:-5] + "AAAA="), ("/en/come-back/", "")):
        assert post(Client(), path, {"sent": field}).status_code == 400


def test_a_page_that_fails_gives_back_what_was_typed(monkeypatch) -> None:
    person, _ = signed_in()
    form = hidden(person.client.get("/en/mine/messages/"), "form")
    with monkeypatch.context() as failing:
        failing.setattr("repit.hotline.cases.thread.write", lambda *_: 1 / 0)
        failed = post(person.client, "/en/mine/messages/", {"form": form, "text": "not lost"})
    assert failed.status_code == 500 and "not lost" not in failed.content.decode()
    assert post(person.client, "/en/mine/messages/", {"sent": hidden(failed, "sent")}).status_code == 302
    assert "not lost" in person.client.get("/en/mine/messages/").content.decode()


# --- opening cases ------------------------------------------------------------------------------------------


def test_the_eleventh_case_of_one_address_keeps_its_answers_and_goes_on_from_them(settings) -> None:
    settings.REPIT_SUBMISSIONS_PER_HOUR = 10
    for _ in range(10):
        visitor_from(HOME).receipt()
    person, form = visitor_from(HOME), items()
    chosen = {"kind": "deepfake", "level": "one"}
    held = person.step(person.to_the_device("threatened"), hashes=form, **chosen)
    assert held.status_code == 429 and Case.objects.count() == 10
    text = held.content.decode()
    assert "your answers stay on this page" in text and "press again in 60 minutes" in text
    assert json.loads(form)[0]["hashes"][0]["value"] in text and "<details open" in text
    for page in (held, person.step(person.step(held, back="1"), who="adult")):
        for name, value in chosen.items():
            assert re.search(
                rf'name="{name}"\s+value="{value}"\s+(required\s+)?checked', page.content.decode()
            )
    elsewhere = visitor_from("198.51.100.1")  # the same page, over mobile data
    view = service.view(access_codes.enter(*code_in(elsewhere.step(held, hashes=form, **chosen))))
    assert view.wishes.level == "one" and [item.kind for item in view.status.items] == ["deepfake"]


def test_only_cases_that_were_opened_count(settings) -> None:
    settings.REPIT_SUBMISSIONS_PER_HOUR = 1
    person, form = visitor_from(HOME), items()
    last = person.to_the_device()
    for _ in range(5):
        assert person.step(last, hashes="[").status_code == 400
    code = code_in(person.step(last, hashes=form))
    for _ in range(5):
        assert code_in(visitor_from(HOME).step(last, hashes=form)) == code
    assert person.step(person.to_the_device(), hashes=items()).status_code == 429
    body = {"items": [{"media": "picture", "kind": "intimate", "hashes": []}]}
    refused = Client(REMOTE_ADDR=HOME).post("/api/v1/cases", body, content_type="application/json")
    assert refused.status_code == 400


# --- lines --------------------------------------------------------------------------------------------------


class Crowd:
    """Threads that come to lines, each noted when it is served, and served until it is let go."""

    def __init__(self, those: Lines) -> None:
        self.lines, self.served, self.refused = those, [], []
        self._goes: dict[str, threading.Event] = {}
        self._threads: list[threading.Thread] = []

    def come(self, name: str, origin: str, number: str = "") -> None:
        """Returns once this one is served, waits in its line, or was turned away."""
        self._goes[name] = threading.Event()
        before = self.waiting()
        thread = threading.Thread(target=self._one, args=(name, origin, number or name), daemon=True)
        self._threads.append(thread)
        thread.start()
        spin(lambda: name in [*self.served, *self.refused] or self.waiting() > before)

    def let_go(self, name: str, then: str = "") -> None:
        """This one is done; wait until another one is served in its place."""
        self._goes[name].set()
        if then:
            spin(lambda: then in self.served)

    def waiting(self) -> int:
        with self.lines._changed:
            return self.lines._waiting.total()

    def all_gone(self) -> None:
        for event in self._goes.values():
            event.set()
        for thread in self._threads:
            thread.join()

    def _one(self, name: str, origin: str, number: str) -> None:
        try:
            with self.lines.turn(origin, number):
                self.served.append(name)
                self._goes[name].wait()
        except TooOften:
            self.refused.append(name)


@pytest.fixture
def crowd():
    with ExitStack() as stack:

        def gather(
            at_once: int, waiting: tuple[int, int, int] = (99, 99, 99), timeout: float = 60.0
        ) -> Crowd:
            gathered = Crowd(Lines(at_once, waiting, timeout))
            stack.callback(gathered.all_gone)
            return gathered

        yield gather


def spin(condition: Callable[[], bool]) -> None:
    """Wait for what another thread is about to do."""
    never = threading.Event()
    while not condition():
        never.wait(0.002)


def test_someone_who_sends_a_thousand_codes_waits_behind_themselves(crowd) -> None:
    here = crowd(1)
    for n in range(20):
        here.come(f"flood-{n}", HOME, "their own case")
    here.come("neighbour", HOME, "another case")
    here.come("elsewhere", "198.51.100.1", "a third")
    here.let_go("flood-0", then="flood-1")
    here.let_go("flood-1", then="neighbour")
    here.let_go("neighbour", then="elsewhere")
    assert here.served == ["flood-0", "flood-1", "neighbour", "elsewhere"]


def test_of_one_line_one_is_served_at_a_time_whatever_is_free(crowd) -> None:
    here = crowd(4)
    here.come("first", HOME, "case")
    here.come("second", HOME, "case")
    here.come("other case", HOME)
    here.come("other place", "198.51.100.1", "case")
    assert here.served == ["first", "other case", "other place"]
    here.let_go("first", then="second")


def test_a_full_line_turns_away_its_own_and_nobody_else(crowd) -> None:
    here = crowd(1, (50, 50, 2))
    for name in ("served", "waits", "waits too", "turned away"):
        here.come(name, HOME, "case")
    here.come("neighbour", HOME)
    here.come("elsewhere", "198.51.100.1")
    assert here.refused == ["turned away"] and here.waiting() == 4
    here.let_go("served", then="waits")
    here.come("again", HOME, "case")
    assert here.refused == ["turned away"]


def test_a_connection_may_have_so_many_waiting_and_all_together_so_many(crowd) -> None:
    here = crowd(1, (4, 2, 2))
    for n, place in enumerate((HOME, HOME, HOME, HOME, "198.51.100.1", "198.51.100.2", "198.51.100.3")):
        here.come(f"{n}", place)
    assert here.served == ["0"] and here.refused == ["3", "6"]


def test_who_waits_too_long_is_told_so_and_leaves_no_trace(crowd) -> None:
    here = crowd(1, timeout=0.01)
    here.come("served", HOME)
    here.come("impatient", "198.51.100.1")
    spin(lambda: here.refused == ["impatient"])
    here.let_go("served")
    spin(lambda: not here.lines._lines and not here.lines._served and not here.lines._waiting)


def test_one_that_fails_gives_its_turn_on() -> None:
    some = Lines(1)
    with pytest.raises(ZeroDivisionError), some.turn(HOME, "x"):
        raise ZeroDivisionError
    with some.turn(HOME, "x"):
        pass
    assert not some._lines and not some._served


def test_connections_that_say_nothing_of_who_comes_do_not_share_a_line(crowd) -> None:
    here = crowd(3, (9, 1, 1))
    for name in ("one", "two", "three"):
        here.come(name, "", "case")
    assert here.served == ["one", "two", "three"]


def test_no_address_and_no_number_is_held_in_memory_while_someone_waits(crowd) -> None:
    here = crowd(1)
    here.come("served", HOME, "ZF15P0J3T7")
    here.come("waits", HOME, "ZF15P0J3T7")
    held = repr({name: value for name, value in vars(here.lines).items() if name != "_salt"})
    assert HOME not in held and "ZF15P" not in held


# --- what a wrong try costs ---------------------------------------------------------------------------------


@pytest.fixture
def derivations(monkeypatch) -> Callable[[], list[str]]:
    """From the call on: what Argon2 was asked for, while it costs nothing."""

    def begin() -> list[str]:
        asked: list[str] = []
        nothing = keys.Stretched(b"", b"")
        monkeypatch.setattr(keys, "stretch", lambda secret, _salt: asked.append(secret) or nothing)
        return asked

    return begin


def number_of(*, known: bool) -> str:
    return Visitor().receipt()[0] if known else ids.case_number()


@pytest.mark.parametrize("known", [True, False])
def test_wrong_words_are_turned_away_before_they_cost_anything(derivations, known: bool) -> None:
    number = number_of(known=known)
    asked = derivations()
    for _ in range(2_000):
        with pytest.raises(NotFound):
            access_codes.unlocked(number, ids.case_secret())
    # One in 256 is derived: eight of these, and never more than forty.
    assert len(asked) < 40


@pytest.mark.parametrize("known", [True, False])
def test_wrong_words_that_did_cost_something_cost_nothing_again(derivations, known: bool) -> None:
    number = number_of(known=known)
    asked = derivations()
    while not asked:
        wrong = ids.case_secret()
        with pytest.raises(NotFound):
            access_codes.unlocked(number, wrong)
    for spelled in (wrong, wrong.lower(), " ".join(words.spelled(wrong, "fr"))):
        with pytest.raises(NotFound):
            access_codes.unlocked(number.lower(), spelled)
    assert len(asked) == 1


def test_a_known_number_and_one_that_nobody_has_are_turned_away_alike() -> None:
    for number in (number_of(known=True), number_of(known=False)):
        access_code = access_codes._access_code(number)
        passed = sum(
            access_codes._fits(number, words.read(ids.case_secret()), access_code) for _ in range(20_000)
        )
        assert 20 < passed < 180


def test_a_receipt_from_before_there_were_hints_opens_and_gets_one() -> None:
    code = Visitor().receipt()
    AccessCode.objects.update(hint=None)
    with pytest.raises(NotFound):
        access_codes.unlocked(code[0], ids.case_secret())
    assert AccessCode.objects.get().hint is None
    assert access_codes.enter(*code) and AccessCode.objects.get().hint in range(256)
    assert access_codes.enter(*code)


def test_a_flood_of_wrong_words_takes_no_turn_from_a_neighbour(monkeypatch) -> None:
    code, wrong = Visitor().receipt(), [ids.case_secret() for _ in range(60)]
    monkeypatch.setattr(lines, "lines", Lines(waiting=(0, 0, 0)))
    access_code = access_codes._access_code(code[0])
    for guess in wrong:
        if not access_codes._fits(code[0], words.read(guess), access_code):
            assert visitor_from(HOME).sign_in(code[0], guess).status_code == 400
    assert visitor_from(HOME).sign_in(*code).status_code == 429  # this one does wait for its turn


def test_a_number_that_was_mistyped_costs_nothing(derivations) -> None:
    asked = derivations()
    text = arrived(Visitor().sign_in("AAAAA-AAAAB", "x")).content.decode()
    assert re.search("typing error", text) and not asked
