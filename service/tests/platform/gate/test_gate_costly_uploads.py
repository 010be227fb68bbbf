"""Uploads that cost much: they have a lane of their own, and small ones go on being looked at."""

import io
import struct
import threading
import zlib
from collections import Counter, deque
from collections.abc import Iterator

import pytest
from gate_assembly import SCRIPTED
from gate_pictures import jpeg, sample
from hypothesis import given
from hypothesis import strategies as st
from test_gate_decoders import GENEROUS, look, reason, within

from repit.foundation.admission.fairness import FairQueue, Full
from repit.platform.gate.decoder.lanes import WAITING_EACH
from repit.platform.gate.decoder.looking import QUICK_COST
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.errors import Overloaded
from repit_engine.picture import Limits
from repit_engine.picture.cost import cost_of
from repit_engine.picture.formats import sniff

SMALL = jpeg(sample())


@pytest.fixture
def scripted() -> Iterator[DecoderPool]:
    with DecoderPool(1, SCRIPTED) as pool:
        assert within(30, lambda: pool.alive == pool.wanted)
        yield pool


class Crowd:
    """Uploads under way, each in a thread; what became of those that are over."""

    def __init__(self, pool: DecoderPool) -> None:
        self._pool = pool
        self._threads: list[threading.Thread] = []
        self.over: deque[str] = deque()

    def send(self, content: bytes, times: int, sender: str = "", limits: Limits = GENEROUS) -> None:
        for _ in range(times):
            thread = threading.Thread(target=self._one, args=(content, sender, limits))
            thread.start()
            self._threads.append(thread)

    def join(self) -> Counter[str]:
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()
        return Counter(self.over)

    def _one(self, content: bytes, sender: str, limits: Limits) -> None:
        try:
            outcome = look(self._pool, content, limits, sender=sender)
        except Overloaded:
            self.over.append("overloaded")
            return
        self.over.append("seen" if isinstance(outcome, list) else outcome.reason)


@pytest.fixture
def crowd(scripted: DecoderPool) -> Iterator[Crowd]:
    crowd = Crowd(scripted)
    yield crowd
    scripted.close()  # ends what still hangs
    crowd.join()


def cost(content: bytes) -> int:
    return cost_of(content, sniff(content))


def png_of_zeros(side: int) -> bytes:
    """A small file that is a large picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    packer, row = zlib.compressobj(9), bytes(side + 1)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", body) + chunk(b"IEND", b"")


# --- what is dear by its header ---------------------------------------------------------------------------


def test_the_cost_is_read_from_the_header_alone() -> None:
    bomb = png_of_zeros(6_000)
    assert len(bomb) < 100_000
    assert cost(bomb) == cost(bomb[:60]) == 36_000_000 > QUICK_COST
    assert cost(b"\x89PNG\r\n\x1a\n") == 0
    for form in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"):
        out = io.BytesIO()
        sample().save(out, form)
        assert 0 < cost(out.getvalue()) <= sample().width * sample().height


def test_each_pass_of_a_jpeg_is_counted() -> None:
    once, many = io.BytesIO(), io.BytesIO()
    sample().save(once, "JPEG")
    sample().save(many, "JPEG", progressive=True)
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
    passes = many.getvalue() + 90 * scan
    assert cost(once.getvalue()) < cost(many.getvalue()) < cost(passes)


def test_small_uploads_are_seen_while_dear_ones_hang(scripted: DecoderPool, crowd: Crowd) -> None:
    crowd.send(b"dear hang", 8)
    assert within(30, lambda: scripted.dear.free == 0 and len(scripted.dear.waiting) == 7)
    for _ in range(50):
        assert isinstance(look(scripted, b"fine", GENEROUS), list)
    assert not crowd.over


def test_a_dear_upload_is_seen_once_it_has_its_turn(scripted: DecoderPool, crowd: Crowd) -> None:
    crowd.send(b"dear slow", 3)
    assert crowd.join() == {"seen": 3}
    assert within(30, lambda: scripted.alive == scripted.wanted)
    assert scripted.restarts == 0


def test_more_dear_uploads_than_can_be_seen_are_asked_to_come_back(
    scripted: DecoderPool, crowd: Crowd
) -> None:
    crowd.send(b"dear hang", WAITING_EACH + 4)
    assert within(30, lambda: list(crowd.over) == ["overloaded"] * 3)
    assert isinstance(look(scripted, b"fine", GENEROUS), list)


def test_large_pictures_in_small_files_keep_nobody_waiting(decoders: DecoderPool) -> None:
    crowd, bomb = Crowd(decoders), png_of_zeros(10_900)
    assert len(bomb) < 120_000
    crowd.send(bomb, 2, "one", Limits(seconds=60))
    crowd.send(bomb, 2, "another", Limits(seconds=60))
    assert within(60, lambda: decoders.dear.free == 0)
    seen_first = 0
    while decoders.dear.free == 0 and seen_first < 10:
        assert isinstance(look(decoders, SMALL, GENEROUS), list)
        seen_first += 1
    assert seen_first == 10
    # Behind everything else on a busy processor a minute may not do for them; none fails otherwise.
    assert set(crowd.join()) <= {"seen", "overloaded", "decoder-hung", "no-time"}


# --- what is dear by the time that it takes ---------------------------------------------------------------


def test_what_takes_long_makes_way_for_those_who_wait(scripted: DecoderPool, crowd: Crowd) -> None:
    crowd.send(b"burn", 1, limits=Limits(seconds=60))
    assert within(30, lambda: scripted.quick.free == 0)
    # It goes on in the other lane.
    assert isinstance(look(scripted, b"fine", GENEROUS), list)
    assert not crowd.over
    assert scripted.dear.free == 0
    assert scripted.restarts == 0


def test_what_takes_long_begins_anew_where_the_other_lane_is_full(
    scripted: DecoderPool, crowd: Crowd
) -> None:
    crowd.send(b"dear hang", 1, limits=Limits(seconds=60))
    assert within(30, lambda: scripted.dear.free == 0)
    crowd.send(b"burn", 1, limits=Limits(seconds=60))
    assert within(30, lambda: scripted.quick.free == 0)
    assert isinstance(look(scripted, b"fine", GENEROUS), list)
    assert within(30, lambda: len(scripted.dear.waiting) == 1)
    assert not crowd.over


# --- senders take turns -----------------------------------------------------------------------------------


def test_a_sender_of_many_does_not_keep_a_sender_of_few_waiting(scripted: DecoderPool, crowd: Crowd) -> None:
    crowd.send(b"slow", WAITING_EACH + 1, "many")
    assert within(30, lambda: len(scripted.quick.waiting) == WAITING_EACH)
    assert isinstance(look(scripted, b"fine", GENEROUS, sender="few"), list)
    assert crowd.over.count("overloaded") == 1  # the newest of the many left its place
    assert len(crowd.over) < WAITING_EACH // 2


SENDERS = st.lists(st.sampled_from("abcd"), max_size=40)


@given(SENDERS)
def test_whoever_waits_is_served_as_often_as_any_other_who_does(senders: list[str]) -> None:
    queue: FairQueue[tuple[str, int]] = FairQueue(100)
    left = Counter(senders)
    for number, sender in enumerate(senders):
        assert queue.put(sender, (sender, number)) is None
    served, latest = Counter[str](), dict.fromkeys("abcd", -1)
    for _ in senders:
        sender, number = queue.pop()
        assert number > latest[sender]  # in their own order
        latest[sender] = number
        served[sender] += 1
        left[sender] -= 1
        for other in (waiting for waiting in left if left[waiting]):
            assert served[sender] <= served[other] + 1
    with pytest.raises(KeyError):
        queue.pop()


@given(SENDERS, st.integers(1, 8))
def test_in_a_full_queue_whoever_has_most_makes_room(senders: list[str], most: int) -> None:
    queue: FairQueue[tuple[str, int]] = FairQueue(most)
    waiting: dict[str, list[int]] = {sender: [] for sender in "abcd"}
    for number, sender in enumerate(senders):
        count, longest = sum(map(len, waiting.values())), max(map(len, waiting.values()))
        try:
            displaced = queue.put(sender, (sender, number))
        except Full:
            assert count == most
            assert len(waiting[sender]) + 1 >= longest
            continue
        waiting[sender].append(number)
        if displaced is not None:
            assert count == most
            assert len(waiting[displaced[0]]) == longest
            assert displaced[1] == waiting[displaced[0]].pop()  # their newest
        assert len(queue) == min(most, count + 1)
    for sender, numbers in waiting.items():
        assert all(queue.remove(sender, (sender, number)) for number in numbers)
        assert not queue.remove(sender, (sender, -1))
    assert not len(queue)


def test_what_is_ahead_is_what_is_served_before() -> None:
    queue: FairQueue[str] = FairQueue(100)
    for sender in "aaaabbc":
        queue.put(sender, sender)
    expected = queue.ahead("c")
    queue.put("c", "last")
    served = 0
    while queue.pop() != "last":
        served += 1
    assert served == expected
    assert queue.everything() == ["a", "a"]
    assert not len(queue)


def test_those_who_wait_hear_when_the_gate_ends(scripted: DecoderPool, crowd: Crowd) -> None:
    crowd.send(b"hang", 3)
    assert within(30, lambda: len(scripted.quick.waiting) == 2)
    scripted.close()
    assert set(crowd.join()) <= {"no-time", "decoder-crashed", "decoder-hung"}
    assert reason(look(scripted, b"fine", GENEROUS)) == "no-time"
