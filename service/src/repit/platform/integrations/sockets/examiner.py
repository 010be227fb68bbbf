"""One upload at an antivirus channel: what the gate says, and what a real virus scanner says.

In: an upload that has arrived, from a session. Out: `Passed`, `Refused` or `Failed`. Next: the session says
it in its protocol.

The gate's call blocks while a decoder works, so it runs in a lane of threads, in which senders take turns
(`platform.gate.admission`). Malware is refused whatever the gate says.
"""

import re
from dataclasses import dataclass
from typing import Final

from repit.foundation.admission.errors import Busy
from repit.foundation.admission.lanes import Lane
from repit.foundation.clock import elapsed
from repit.foundation.errors import RepitError
from repit.foundation.hashes import ALGORITHMS
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.forms.files import Found
from repit.platform.gate.inspection.question import LongFile, NotLookedAt, OneUpload, WholeFile
from repit.platform.gate.inspection.video_work import SECONDS
from repit.platform.gate.runtime import Gate
from repit.platform.gate.upload_buffer import UploadBuffer
from repit.platform.gate.verdict import Verdict
from repit.platform.integrations.sockets.upstream_scanner import Talk, UpstreamFailed, UpstreamScanner
from repit_engine.picture.kinds import Kind

PER_DECODER: Final = 8
BUSY: Final = "The gate is busy, try again later"
NO_SCANNER: Final = "The malware scanner behind the gate did not answer"
NOT_KEPT: Final = "too-many-bytes"
BROKEN: Final = "The gate could not look at this"
_NAME: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Passed:
    """Nothing against it, or a matter for reviewers."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Known: by `threat`, a name as virus scanners give; `decision` where one of ours is recorded.
    `is_undecided`: only because it was not seen whole."""

    threat: str
    decision: str | None = None
    is_undecided: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no answer; `busy` where it is worth asking again."""

    text: str
    busy: bool = False


Answer = Passed | Refused | Failed


class Examiner:
    """Asks for one channel; `close` it."""

    def __init__(
        self,
        gate: Gate,
        channel: str,
        upstream: UpstreamScanner | None,
        *,
        upstream_must_answer: bool,
        video_seconds: float = SECONDS,
    ) -> None:
        """`video_seconds`: for which whoever asks here waits for a video."""
        self._gate, self.channel = gate, channel
        self._video_seconds = video_seconds
        self._upstream, self._upstream_must_answer = upstream, upstream_must_answer
        self._lane = Lane(channel, gate.pool.size * PER_DECODER)

    def close(self) -> None:
        """End the threads once they have answered."""
        self._lane.close()

    def buffer(self, sender: str = "") -> UploadBuffer:
        """Room for one upload."""
        return self._gate.admission.buffer(self.channel, sender)

    async def begin_upstream(self) -> Talk | None:
        """Begin to tell the real scanner of an upload, if there is one; a failure shows at the end."""
        return None if self._upstream is None else await self._upstream.begin()

    async def judge(self, upload: UploadBuffer, talk: Talk | None = None) -> Answer:
        """What becomes of an upload. Its pieces have been sent to `talk` before."""
        return await self._judge(upload.asked(self.channel), talk)

    async def judge_all(self, found: Found, talk_before: Talk | None = None) -> Answer:
        """What becomes of files that stand or fall together: what is known first, then what is undecided.

        `told`: the first of them was sent there while it came. Where others may see more in them than was
        found, they are undecided as well; a channel that refuses what is undecided then looks at none."""
        odd = found.odd
        files = [upload.asked(self.channel) for upload in found.files]
        if self._upstream is not None and any(
            isinstance(file, LongFile) for file in files[talk_before is not None :]
        ):
            odd = odd or NOT_KEPT  # too long to be kept, and so not told to the real scanner
        if odd and self._refuses_undecided:
            return await self.cannot_look(odd)
        failed: Answer | None = None
        refused: Answer | None = None
        for number, file in enumerate(files):
            talk = talk_before if talk_before is not None and number == 0 else await self._tell(file)
            answer = await self._judge(file, talk)
            if isinstance(answer, Refused):
                if not answer.is_undecided:
                    return answer
                refused = refused or answer
            if isinstance(answer, Failed):
                failed = answer
        if refused is not None:
            return refused
        if failed is None and odd:
            return await self.cannot_look(odd)
        return failed or Passed()

    async def cannot_look(self, reason: str, kind: Kind = Kind.PICTURE) -> Answer:
        """What becomes of an upload that could not be looked at, or not at all there is; `kind`: see
        `NotLookedAt`."""
        return await self._ours(NotLookedAt(reason, self.channel, kind=kind))

    @property
    def _refuses_undecided(self) -> bool:
        policy = self._gate.inspector.policy
        undecided = policy.undecided_channels.get(self.channel, policy.undecided)
        return undecided == "block" and not policy.dry_run

    async def _tell(self, file: WholeFile | LongFile) -> Talk | None:
        talk = await self.begin_upstream()
        if talk is not None and isinstance(file, WholeFile):
            await talk.tell(file.data)
        return talk

    @property
    def needs_whole_files(self) -> bool:
        """Whether even a file that is no picture must be read to its end."""
        index = self._gate.index
        return self._upstream is not None or any(index.knows_files(name) for name in ALGORITHMS)

    def watches(self, upload: UploadBuffer) -> bool:
        """Whether this is a video that is looked at."""
        return upload.is_film and self._gate.inspector.watches()

    def turned_away(self) -> Failed:
        """The answer when there is no room."""
        self._gate.admission.turned_away(self.channel)
        return Failed(BUSY, busy=True)

    def state(self) -> tuple[int, str]:
        """The sequence of the feed that is served, and the day of its newest entry, for VERSION and ISTag."""
        status = self._gate.board.read()
        newest = "" if status.newest_at is None else status.newest_at.strftime("%a %b %e %H:%M:%S %Y")
        return status.sequence, newest

    def workers(self) -> tuple[int, int, int]:
        """Decoders alive, uploads that wait, bytes held."""
        return self._gate.pool.alive, self._gate.pool.waiting, self._gate.admission.room.held

    async def _judge(self, question: OneUpload, talk: Talk | None) -> Answer:
        return await self._with_upstream(await self._ours(question), talk)

    def _inspect(self, question: OneUpload, until: float) -> Verdict:
        return self._gate.inspector.until(until).inspect(question)

    async def _ours(self, question: OneUpload) -> Answer:
        until = elapsed() + self._video_seconds  # waiting for a thread counts
        try:
            verdict = await self._lane.run(question.sender, lambda: self._inspect(question, until))
        except Overloaded:
            return Failed(BUSY, busy=True)
        except Busy:
            return self.turned_away()
        except RepitError:
            return Failed(BROKEN)
        if verdict.outcome == "block":
            name = f"Repit.{_NAME.sub('-', verdict.rule)}"
            return Refused(name, verdict.decision, verdict.undecided is not None and not verdict.evidence)
        return Passed()

    async def _with_upstream(self, ours: Answer, talk: Talk | None) -> Answer:
        if talk is None:
            return ours
        try:
            found = await talk.verdict()
        except UpstreamFailed:
            unsure = isinstance(ours, Passed) and self._upstream_must_answer
            return Failed(NO_SCANNER) if unsure else ours
        return Refused(found) if found else ours
