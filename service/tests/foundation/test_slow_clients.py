"""Clients that are slow, greedy or gone cost a connection, and no thread; others are answered meanwhile."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from front_server import MEBIBYTE, Asked, Raw, front, get, post, rules, within

from repit.foundation.admission import lanes
from repit.foundation.admission.errors import Busy
from repit.foundation.admission.room import Room
from repit.foundation.errors import InputRefused
from repit.foundation.process.front import bodies, gateway, protocol
from repit.foundation.process.front.bodies import Cut
from repit.foundation.process.front.handling import Flow, Whole
from repit.foundation.web.parking import MAY_PARK, WAITED, Parked
from repit.platform.gate.platforms import admits

MANY = 100


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines that a test can wait for."""
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.5)
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(protocol, "STALL_SECONDS", 0.5)
    monkeypatch.setattr(gateway, "LINGER_SECONDS", 0.1)


def reading(environ: dict[str, Any]) -> Whole:
    """What a view does: read the body."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or -1))
    return Whole(200, [], hashlib.sha256(body).hexdigest().encode())


# --- bodies -----------------------------------------------------------------------------------------------


def test_a_hundred_unfinished_bodies_stop_nothing() -> None:
    asked = Asked(reading)
    with front(rules(), asked) as port:
        hanging = [Raw(port, post("/form", 1000, b"x")) for _ in range(MANY)]
        for _ in range(20):
            assert get(port, "/health")[0] == 200
            assert get(port, "/page")[0] == 200
        assert all(client.silent() for client in hanging)
        assert asked.paths == ["/page"] * 20  # no view was asked about a body that is not there
        hanging[0].say(b"y" * 999)
        assert hanging[0].answer() == (200, hashlib.sha256(b"x" + b"y" * 999).hexdigest().encode())


@pytest.mark.usefixtures("quick")
def test_a_body_that_does_not_keep_the_pace_is_answered_while_it_still_dribbles() -> None:
    asked = Asked(reading)
    with front(rules(), asked) as port:
        slow = Raw(port, post("/exchange/x", 100_000))
        heard: list[tuple[int, bytes]] = []
        listening = threading.Thread(target=lambda: heard.append(slow.answer()))
        listening.start()
        sent = 0
        while listening.is_alive() and sent < 100_000:
            try:
                slow.say(b"x")
            except OSError:
                break
            sent += 1
            listening.join(0.02)
        listening.join()
        assert sent < 100_000
        assert heard[0][0] == 408
        assert b"too-slow" in heard[0][1]
        assert not asked.environs


def test_a_client_that_leaves_in_the_middle_is_not_taken_for_one_who_said_it_all() -> None:
    asked = Asked(reading)
    with front(rules(), asked) as port:
        Raw(port, post("/form", 1000, b"cut")).close()
        chunked = b"POST /form HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ncut\r\n"
        Raw(port, chunked).close()
        assert get(port, "/after")[0] == 200
        assert asked.paths == ["/after"]


def test_a_body_in_chunks_comes_with_its_length() -> None:
    asked = Asked(reading)
    with front(rules(), asked) as port:
        head = b"POST /form HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        client = Raw(port, head + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")
        assert client.answer() == (200, hashlib.sha256(b"abcde").hexdigest().encode())
        assert asked.environs[0]["CONTENT_LENGTH"] == "5"


def test_too_long_a_body_is_the_views_to_refuse_and_is_not_taken() -> None:
    def refusing(environ: dict[str, Any]) -> Whole:
        return Whole(413, [], str(len(environ["wsgi.input"].read())).encode())

    with front(rules(), Asked(refusing)) as port:
        large = Raw(port, post("/form", 2 * MEBIBYTE, b"x" * 1000))
        assert large.answer() == (413, b"0")
        assert large.rest() == b""  # the connection is of no more use
        endless = Raw(port, b"POST /exchange/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        with pytest.raises(OSError):
            for _ in range(10_000):
                endless.say(b"10000\r\n" + b"x" * 65_536 + b"\r\n")


def test_who_sends_all_before_reading_hears_that_it_was_too_much_and_who_asks_first_sends_nothing() -> None:
    def refusing(environ: dict[str, Any]) -> Whole:
        return Whole(413, [], b"n" * 200 + environ["wsgi.input"].read())

    with front(rules(), Asked(refusing)) as port:
        size = 15 * MEBIBYTE  # far more than the kernel's buffers hold
        for _ in range(5):
            assert Raw(port, post("/form", size, bytes(size))).answer() == (413, b"n" * 200)
        asking = Raw(port, post("/form", size, Expect="100-continue"))
        assert asking.answer() == (413, b"n" * 200)  # not 100, which would be heard first


def test_where_memory_is_short_the_body_that_cost_most_gives_way() -> None:
    room = Room(MEBIBYTE)
    with front(rules(room=room), Asked(reading)) as port:
        hoarding = [Raw(port, post("/form", 500_000, b"x" * 240_000)) for _ in range(4)]
        assert within(lambda: room.held == 960_000)
        small = Raw(port, post("/form", 150_000, b"y" * 150_000))
        assert small.answer() == (200, hashlib.sha256(b"y" * 150_000).hexdigest().encode())
        assert within(lambda: any(not client.silent() for client in hoarding))
        (gone,) = [client for client in hoarding if client.heard]
        assert gone.answer()[0] == 503
        gone.rest()  # another that had given way would have been answered by then
        assert sum(not client.silent() for client in hoarding if client is not gone) == 0
        for client in [*hoarding, small]:
            client.close()
        assert within(lambda: room.held == 0)


class Elsewhere:
    """Something that comes in by another way than HTTP, in another thread."""

    def cost(self) -> float:
        return 0.0

    def give_way(self) -> None:
        raise AssertionError


def test_a_body_gives_way_to_what_comes_by_another_way_until_it_is_whole() -> None:
    room, begun, go_on = Room(MEBIBYTE), threading.Event(), threading.Event()

    def waiting(environ: dict[str, Any]) -> Whole:
        begun.set()
        go_on.wait(60)
        return reading(environ)

    with front(rules(room=room), Asked(waiting)) as port:
        slow = Raw(port, post("/form", 900_000, b"x" * 800_000))
        assert within(lambda: room.held == 800_000)
        room.take(500_000, Elsewhere())
        assert room.held == 500_000
        assert slow.answer()[0] == 503
        whole = Raw(port, post("/form", 500_000, b"y" * 500_000))
        assert begun.wait(60)
        with pytest.raises(Busy):
            room.take(500_000, Elsewhere())
        go_on.set()
        assert whole.answer() == (200, hashlib.sha256(b"y" * 500_000).hexdigest().encode())
        room.give_back(500_000)
        assert within(lambda: room.held == 0)


def test_a_body_that_came_whole_and_found_no_memory_is_refused_without_waiting_for_more_of_it() -> None:
    with front(rules(room=Room(1000)), Asked(reading)) as port:
        client = Raw(port, post("/form", 5000, bytes(5000)))
        assert client.answer()[0] == 503
        client.say(b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.answer()[0] == 200  # nothing was still coming: the connection goes on


def test_an_upload_without_a_key_is_refused_before_anything_of_it_is_taken() -> None:
    room = Room(MEBIBYTE)
    own = rules(
        room=room,
        most_upload=8 * MEBIBYTE,
        kept=4 * MEBIBYTE,
        admits=lambda headers: admits(headers, ("right",)),
    )
    with front(own, Asked(lambda environ: Whole(401, [], environ["wsgi.input"].read()))) as port:
        stranger = Raw(port, post("/v1/check", 3 * MEBIBYTE, b"x" * 500_000))
        assert stranger.answer() == (401, b"")
        assert room.held == 0


def test_a_file_too_long_to_be_kept_is_handed_on_as_it_comes() -> None:
    begun, content = threading.Event(), b"long" * MEBIBYTE

    def digesting(environ: dict[str, Any]) -> Whole:
        begun.set()
        digest, source = hashlib.sha256(), environ["wsgi.input"]
        while piece := source.read(65_536):
            digest.update(piece)
        return Whole(200, [], digest.hexdigest().encode())

    room = Room(MEBIBYTE)
    with front(rules(room=room, most_upload=64 * MEBIBYTE, kept=100_000), Asked(digesting)) as port:
        announced = Raw(port, post("/v1/check", len(content), content[:10]))
        assert begun.wait(60)  # the view reads while most of the file is still to come
        announced.say(content[10:])
        assert announced.answer() == (200, hashlib.sha256(content).hexdigest().encode())
        in_chunks = Raw(port, b"POST /v1/check HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        for at in range(0, len(content), 100_000):
            piece = content[at : at + 100_000]
            in_chunks.say(b"%x\r\n" % len(piece) + piece + b"\r\n")
        in_chunks.say(b"0\r\n\r\n")
        assert in_chunks.answer() == (200, hashlib.sha256(content).hexdigest().encode())
        assert room.held == 0


@pytest.mark.usefixtures("quick")
def test_long_files_that_do_not_come_hold_only_their_own_threads() -> None:
    ended: list[str] = []

    def digesting(environ: dict[str, Any]) -> Whole:
        try:
            while environ["wsgi.input"].read(65_536):
                pass
        except Cut:
            ended.append("cut")
            raise InputRefused from None
        return Whole(200, [], b"whole")

    with front(rules(most_upload=64 * MEBIBYTE, kept=1000), Asked(digesting)) as port:
        hanging = [Raw(port, post("/v1/check", MEBIBYTE, b"x")) for _ in range(20)]
        small = Raw(port, post("/v1/check", 10, b"x" * 10))
        assert small.answer() == (200, b"whole")
        assert get(port, "/page")[0] == 200
        assert {client.answer()[0] for client in hanging} <= {400, 503}
        assert "cut" in ended


# --- heads and connections --------------------------------------------------------------------------------


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "head", [b"", b"GET / HTTP/1.1\r\nHost: a\r\n", b"\r\n", b"GET /ok HTTP/1.1\r\nHost: a\r\n\r\nGET"]
)
def test_a_head_that_does_not_end_ends_its_connection(head: bytes) -> None:
    with front(rules(), Asked()) as port:
        slow = Raw(port, head)
        heard = slow.rest()
        assert heard.count(b"HTTP/1.1") == head.count(b"\r\n\r\n")


def test_a_head_without_an_end_is_not_read_on() -> None:
    with front(rules(), Asked()) as port:
        endless = Raw(port, b"GET / HTTP/1.1\r\nHost: a\r\n")
        with pytest.raises(OSError):
            for number in itertools.count():
                endless.say(b"X-More-%d: %s\r\n" % (number, b"a" * 1000))
        assert get(port, "/page")[0] == 200


def test_more_connections_than_can_be_had_cost_those_that_ask_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("repit.foundation.process.front.server.connections_allowed", lambda: 20)
    with front(rules(), Asked(reading)) as port:
        body = Raw(port, post("/form", 10, b"x"))
        assert get(port, "/page")[0] == 200
        idle = [Raw(port) for _ in range(40)]
        assert get(port, "/page")[0] == 200
        assert within(lambda: sum(not client.silent() for client in idle) >= 20)
        assert idle[-1].silent()  # the oldest gave way
        body.say(b"x" * 9)
        assert body.answer()[0] == 200  # and nobody in the midst of a request


def test_a_header_with_an_underscore_does_not_pass_for_another() -> None:
    asked = Asked()
    with front(rules(), asked) as port:
        get(port, "/", X_Forwarded_For="192.0.2.1")
        client = Raw(port, b"GET / HTTP/1.1\r\nHost: a\r\nX_Forwarded_For: 192.0.2.9\r\n\r\n")
        client.answer()
        assert asked.environs[-2]["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"
        assert "HTTP_X_FORWARDED_FOR" not in asked.environs[-1]


# --- clients that do not read -----------------------------------------------------------------------------


class Endless:
    """A response that never ends, in pieces."""

    status_code, closed = 200, threading.Event()

    def __init__(self) -> None:
        self.made = 0
        self.closed = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.made += 1
            yield bytes(65_536)

    def close(self) -> None:
        self.closed.set()


@pytest.mark.usefixtures("quick")
def test_an_answer_is_made_no_faster_than_it_is_read_and_ended_where_it_is_not() -> None:
    response = Endless()

    def flowing(environ: dict[str, Any]) -> Whole | Flow:
        return Flow(response, []) if environ["PATH_INFO"] == "/long" else Whole(200, [], b"ok")

    with front(rules(), Asked(flowing)) as port:
        Raw(port, b"GET /long HTTP/1.1\r\nHost: a\r\n\r\n", room=4096)
        for _ in range(20):
            assert get(port, "/page")[0] == 200
        assert response.closed.wait(60)
        assert response.made < 500  # what the kernel's buffers hold, and not gigabytes


def test_whoever_reads_gets_all_of_a_long_answer() -> None:
    class Long(Endless):
        def __iter__(self) -> Iterator[bytes]:
            yield from (bytes([number % 256]) * 10_000 for number in range(300))

    response = Long()
    with front(rules(), Asked(lambda _: Flow(response, []))) as port:
        assert get(port, "/long")[2] == b"".join(response)
        assert response.closed.wait(60)


def test_one_client_reads_so_many_long_answers_at_once() -> None:
    made: list[Endless] = []

    def flowing(_environ: dict[str, Any]) -> Flow:
        made.append(Endless())
        return Flow(made[-1], [])

    with front(rules(), Asked(flowing)) as port:
        head = b"GET /exchange/long HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n\r\n"
        reading_some = []
        for _ in range(gateway.MOST_STREAMS_BY_ONE):
            reading_some.append(Raw(port, head % b"one", room=4096))
            assert reading_some[-1].socket.recv(9) == b"HTTP/1.1 "
        refused = Raw(port, head % b"one")
        assert refused.answer()[0] == 429
        assert made[-1].made == 0
        other = Raw(port, head % b"another", room=4096)
        assert other.socket.recv(12) == b"HTTP/1.1 200"
        for client in [*reading_some, refused, other]:
            client.close()
        assert all(answer.closed.wait(60) for answer in made)


# --- waiting for changes ----------------------------------------------------------------------------------


class Changes:
    """Something that changes; who waits for it."""

    def __init__(self) -> None:
        self.waiting: list[Any] = []

    def watch(self, tell: Any) -> Any:
        self.waiting.append(tell)
        return lambda: self.waiting.remove(tell) if tell in self.waiting else None

    def answer(self, environ: dict[str, Any]) -> Any:
        if environ["PATH_INFO"] != "/exchange/wait":
            return Whole(200, [], b"ok")
        if environ.get(WAITED):
            return Whole(200, [], b"came")
        assert environ[MAY_PARK]
        return Parked(environ.get("HTTP_AUTHORIZATION", ""), 60.0, self.watch)


def waiting(port: int, who: bytes = b"one") -> Raw:
    return Raw(port, b"GET /exchange/wait HTTP/1.1\r\nHost: a\r\nAuthorization: %s\r\n\r\n" % who)


def test_a_hundred_who_wait_hold_no_thread_and_all_hear_of_a_change() -> None:
    changes = Changes()
    own = rules()
    with front(own, Asked(changes.answer)) as port:
        before = threading.active_count()
        polls = [waiting(port) for _ in range(MANY)]
        assert within(lambda: len(changes.waiting) == MANY)
        assert threading.active_count() <= before + own.threads["feeds"]
        for _ in range(20):
            assert get(port, "/exchange/now")[0] == 200
            assert get(port, "/page")[0] == 200
        assert all(poll.silent() for poll in polls)
        for tell in list(changes.waiting):
            tell()
        assert {poll.answer() for poll in polls} == {(200, b"came")}


def test_beyond_what_one_may_have_waiting_it_is_told_so_and_others_are_not() -> None:
    changes = Changes()
    asked = Asked(changes.answer)
    with front(rules(), asked) as port:
        polls = [waiting(port) for _ in range(gateway.MOST_PARKED_BY_ONE)]
        assert within(lambda: len(changes.waiting) == gateway.MOST_PARKED_BY_ONE)
        status, headers, body = get(port, "/exchange/wait", Authorization="one")
        assert (status, headers["retry-after"]) == (429, "2")
        assert b"too-many-waiting" in body
        before = len(asked.environs)
        assert get(port, "/exchange/wait?after=1&wait=25", Authorization="one")[0] == 429
        assert len(asked.environs) == before  # refused without anybody being asked
        other = waiting(port, b"another")
        assert within(lambda: len(changes.waiting) == gateway.MOST_PARKED_BY_ONE + 1)
        assert other.silent()
        polls.pop().close()  # whoever leaves makes room
        assert within(lambda: len(changes.waiting) == gateway.MOST_PARKED_BY_ONE)
        polls.append(waiting(port))
        assert within(lambda: len(changes.waiting) == gateway.MOST_PARKED_BY_ONE + 1)


def test_those_who_wait_are_answered_when_the_server_ends() -> None:
    changes = Changes()
    with front(rules(), Asked(changes.answer)) as port:
        poll = waiting(port)
        assert within(lambda: len(changes.waiting) == 1)
        Raw.opened.clear()
    assert poll.answer() == (200, b"came")
    poll.close()


# --- lanes ------------------------------------------------------------------------------------------------


def test_a_lane_that_is_held_up_holds_up_no_other() -> None:
    go_on = threading.Event()

    def answer(environ: dict[str, Any]) -> Whole:
        if environ["PATH_INFO"].startswith("/exchange/"):
            go_on.wait(60)
        return Whole(200, [], b"ok")

    with front(rules(), Asked(answer)) as port:
        held = [Raw(port, b"GET /exchange/a HTTP/1.1\r\nHost: a\r\n\r\n") for _ in range(20)]
        for path in ("/page", "/ready", "/metrics", "/health"):
            assert get(port, path)[0] == 200
        assert all(client.silent() for client in held)
        go_on.set()
        assert {client.answer()[0] for client in held} == {200}


def test_in_a_lane_visitors_take_turns() -> None:
    go_on, order = threading.Event(), list[str]()

    def answer(environ: dict[str, Any]) -> Whole:
        go_on.wait(60)
        order.append(environ["HTTP_X_FORWARDED_FOR"])
        return Whole(200, [], b"ok")

    def visit(address: bytes) -> Raw:
        return Raw(port, b"GET /page HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: %s\r\n\r\n" % address)

    asked = Asked(answer)
    one_thread = dict.fromkeys(("state", "uploads", "feeds", "pages", "streams", "long"), 1)
    with front(rules(threads=one_thread, proxies=1), asked) as port:
        many = [visit(b"192.0.2.1") for _ in range(lanes.WAITING_EACH + 1)]
        assert within(lambda: len(asked.environs) == 1)
        few = visit(b"198.51.100.7")  # it finds the queue full: the newest of the many makes room
        assert within(lambda: any(not client.silent() for client in many))
        go_on.set()
        assert few.answer()[0] == 200
        assert order.index("198.51.100.7") <= 2
        assert sorted(client.answer()[0] for client in many)[-1] == 503


def test_what_fails_is_said_and_costs_nobody_else_anything(caplog: pytest.LogCaptureFixture) -> None:
    def failing(environ: dict[str, Any]) -> Whole:
        if environ["PATH_INFO"] == "/exchange/fails":
            raise ZeroDivisionError
        return Whole(200, [], b"ok")

    with front(rules(), Asked(failing)) as port:
        status, headers, body = get(port, "/exchange/fails", Accept_Language="fr")
        assert (status, headers["content-type"]) == (500, "application/problem+json; charset=utf-8")
        assert headers["content-language"] == "fr"
        assert b"ZeroDivision" not in body
        assert get(port, "/page")[0] == 200
        junk = Raw(port, b"\x16\x03\x01 no http at all\r\n\r\n")
        junk.rest()
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        "a request failed: ZeroDivisionError"
    ]


def test_large_files_of_pages_are_not_counted_as_a_subscribers_long_answers() -> None:
    with front(rules(), Asked(lambda _: Flow(Endless(), []))) as port:
        readers = []
        for _ in range(gateway.MOST_STREAMS_BY_ONE + 4):
            readers.append(Raw(port, b"GET /static/worker.js HTTP/1.1\r\nHost: a\r\n\r\n", room=4096))
            assert readers[-1].socket.recv(12) == b"HTTP/1.1 200"
        assert get(port, "/health")[0] == 200
