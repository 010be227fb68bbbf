"""How uploads are let in: one memory and one way of taking turns, whatever the channel."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from at_channels import everything, listening, stream
from gate_pictures import jpeg, sample
from test_gate_decoders import within

from repit.foundation.admission import lanes
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.inspection.question import WholeFile
from repit.platform.gate.runtime import Gate
from repit.platform.gate.verdict import NO_PICTURE
from repit.platform.integrations import clamd, icap
from repit.platform.integrations.sockets import examiner
from repit.platform.integrations.sockets.examiner import Examiner, Failed, Passed

CAT = jpeg(sample())
UNFINISHED = {
    "clamd": b"zINSTREAM\0\0\2\0\0" + bytes(100_000),
    "icap": b"REQMOD icap://gate/repit ICAP/1.0\r\nHost: gate\r\nEncapsulated: req-hdr=0, req-body=27\r\n\r\n"
    b"PUT / HTTP/1.1\r\nHost: a\r\n\r\n186a0\r\n" + bytes(100_000) + b"\r\n",
}
BUSY = {"clamd": b"try again later", "icap": b"ICAP/1.0 503"}
MAKE: dict[str, Callable[..., Any]] = {"clamd": clamd.listener, "icap": icap.listener}


def turned_away(gate: Gate, channel: str) -> float:
    value = gate.inspector.metrics.registry.get_sample_value(
        "repit_gate_turned_away_total", {"channel": channel}
    )
    return value or 0.0


@pytest.mark.parametrize("channel", ["clamd", "icap"])
def test_an_upload_that_is_sent_slowly_gives_way_to_one_by_another_channel(gate: Gate, channel: str) -> None:
    at, held = listening(MAKE[channel], channel)
    with held, at.connect() as slow:
        slow.sendall(UNFINISHED[channel])
        assert within(30, lambda: gate.admission.room.held >= 100_000)
        gate.admission.room.size = 150_000
        with gate.admission.buffer("s3") as quick:
            quick.write(bytes(100_000))
            assert quick.data == bytes(100_000)
            assert gate.admission.room.held == 100_000
            slow.sendall({"clamd": bytes(60_000), "icap": b"ea60\r\n" + bytes(60_000) + b"\r\n"}[channel])
            assert BUSY[channel] in everything(slow)
    assert turned_away(gate, channel) == 1
    assert gate.admission.room.held == 0


def test_what_somebody_has_taken_for_whole_gives_way_no_more(gate: Gate) -> None:
    gate.admission.room.size = 150_000
    with gate.admission.buffer("s3") as whole, gate.admission.buffer("clamd") as other:
        whole.write(bytes(100_000))
        question = whole.asked("s3")
        with pytest.raises(Overloaded):
            other.write(bytes(100_000))
        assert isinstance(question, WholeFile)
        assert question.data == bytes(100_000)


def test_what_had_to_give_way_is_never_judged_for_the_part_that_is_left(gate: Gate) -> None:
    gate.admission.room.size = 150_000
    with gate.admission.buffer("s3") as slow, gate.admission.buffer("clamd") as quick:
        slow.write(bytes(100_000))
        quick.write(bytes(100_000))
        for ask in (lambda: slow.asked("s3"), lambda: slow.data, lambda: slow.write(b"more")):
            with pytest.raises(Overloaded):
                ask()
        assert quick.asked("clamd").channel == "clamd"
    assert (turned_away(gate, "s3"), turned_away(gate, "clamd")) == (1, 0)


def test_a_file_that_is_named_and_finds_no_room_is_counted_as_turned_away(
    gate: Gate, tmp_path: Path, settings: Any
) -> None:
    (tmp_path / "cat.jpg").write_bytes(CAT)
    settings.REPIT_GATE_CLAMD_PATHS = (str(tmp_path),)
    gate.admission.room.size = 1000
    at, held = listening(clamd.listener, "clamd")
    with held:
        assert b"busy" in at.say(f"nSCAN {tmp_path}/cat.jpg\n".encode())
        assert b"busy" in at.say(b"zINSTREAM\0", stream(CAT))
    assert turned_away(gate, "clamd") == 2


class Judging:
    """A gate whose verdicts wait; `order`: who had theirs."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.go_on = threading.Event()
        self.pool = SimpleNamespace(size=1)
        self.inspector = self
        self.admission = SimpleNamespace(turned_away=lambda channel: None)

    def until(self, moment: float) -> "Judging":
        return self

    def inspect(self, question: WholeFile) -> Any:
        self.go_on.wait(30)
        self.order.append(question.sender)
        return NO_PICTURE


class Upload:
    def __init__(self, sender: str) -> None:
        self._sender = sender

    def asked(self, channel: str) -> WholeFile:
        return WholeFile(b"", channel, self._sender)


def test_at_a_socket_channel_a_sender_of_many_does_not_keep_a_sender_of_few_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(examiner, "PER_DECODER", 1)
    monkeypatch.setattr(lanes, "WAITING_EACH", 10)
    judging = Judging()
    examining = Examiner(judging, "icap", None, upstream_must_answer=False)  # type: ignore[arg-type]

    async def flood() -> tuple[list[Any], Any]:
        many = [asyncio.create_task(examining.judge(Upload("many"))) for _ in range(11)]  # type: ignore[arg-type]
        await asyncio.sleep(0.1)
        few = asyncio.create_task(examining.judge(Upload("few")))  # type: ignore[arg-type]
        await asyncio.sleep(0.1)
        judging.go_on.set()
        return await asyncio.gather(*many), await few

    many, few = asyncio.run(flood())
    examining.close()
    assert isinstance(few, Passed)
    assert judging.order.index("few") <= 2
    assert [isinstance(answer, Failed) and answer.busy for answer in many] == [False] * 10 + [True]
