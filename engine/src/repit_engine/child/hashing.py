"""Hashing in a child process: the plainest thing to ask of one.

In: bytes, or a path. Out: `Hashed` or `NotHashable`, always, within the time. Next: `repit-scan`. The child
is this module run as a program.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final

from repit_engine.child.asking import Asker
from repit_engine.child.serving import Request, serve_standard
from repit_engine.picture import DEFAULT_LIMITS, Limits
from repit_engine.pipe import receive_json, send_json
from repit_engine.types import Hash, Hashed, NotHashable

MOST_VIEWS: Final = 200


class HashingChild(Asker):
    """A child that hashes."""

    program: ClassVar[str] = "repit_engine.child.hashing"

    def hash(
        self, source: bytes | Path, limits: Limits = DEFAULT_LIMITS, *, full: bool = False
    ) -> Hashed | NotHashable:
        """As `repit_engine.hash_picture`, but within `limits.seconds` for certain, whatever the bytes do."""
        return self._asked(source, limits, _heard, full=full)


def outcome_of(answer: dict[str, Any]) -> Hashed | NotHashable:
    """The inverse of `answer_of`. Raises `KeyError`, `ValueError`, `TypeError` for nonsense."""
    if "hash" in answer:
        others = tuple(Hash.from_hex(digits) for digits in answer["others"][:MOST_VIEWS])
        unseen = None if answer["unseen"] is None else str(answer["unseen"])[:40]
        return Hashed(Hash.from_hex(answer["hash"]), int(answer["quality"]), others, unseen)
    return NotHashable(str(answer["reason"]), str(answer["message"]), str(answer["next_step"]))


def answer_of(outcome: Hashed | NotHashable) -> dict[str, Any]:
    """An outcome as the JSON object of the pipe."""
    if isinstance(outcome, Hashed):
        return {
            "hash": outcome.hash.hex,
            "quality": outcome.quality,
            "others": [other.hex for other in outcome.others],
            "unseen": outcome.unseen,
        }
    return asdict(outcome)


def _heard(pipe: BinaryIO, deadline: float) -> Hashed | NotHashable:
    return outcome_of(receive_json(pipe, deadline))


def main() -> None:
    """Answer requests on standard input until it closes."""
    # Imported here: the parent needs neither Pillow's plugins nor the kernels.
    from repit_engine.hash import hash_file, hash_picture  # noqa: PLC0415
    from repit_engine.pdq import warm_up as warm_up_hashes  # noqa: PLC0415
    from repit_engine.picture import warm_up as warm_up_pictures  # noqa: PLC0415

    def answer(request: Request, _: BinaryIO, pipe_out: BinaryIO) -> None:
        full = bool(request.asked["full"])
        hashed = (
            hash_file(request.source, request.limits, full=full)
            if isinstance(request.source, Path)
            else hash_picture(request.source, request.limits, full=full)
        )
        send_json(pipe_out, answer_of(hashed))

    warm_up_hashes()
    warm_up_pictures()
    serve_standard(answer)


if __name__ == "__main__":
    main()
