"""The upload itself, for the rare case that evidence is not enough.

In: REPIT_REVIEW_MEDIA. Out: its bytes, for one look, or nothing. Next: the desk, which shows them grey and
blurred.

`none` (the default): nothing is kept, the desk decides on evidence. `hold`: the gate seals the upload, if it
is a picture that the desk shows, under the operator's key in a file of the data folder, and erases it with
the decision or after REPIT_REVIEW_HOURS twice over. `fetch`: the platform says under which reference it keeps
the upload (`POST /v1/reviews/…`), and the desk asks REPIT_REVIEW_FETCH_URL for it at each look; nothing is
stored here.

What was stopped because it may show a minor is never opened again, wherever it is kept.
"""

import logging
import re
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

from repit.foundation.clock import now
from repit.foundation.errors import NotFound, RepitError, Text
from repit.foundation.outbound import Outbound
from repit.foundation.sealing import Place, operator
from repit.platform.review.images import kind_of
from repit.platform.review.models import Review

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{10,64}")
_SECONDS: Final = 15.0
_log: Final = logging.getLogger(__name__)
_GONE: Final = NotFound(
    Text("The upload is not kept here any more.", "L’envoi n’est plus gardé ici."),
    Text("Decide on the evidence.", "Décidez d’après les preuves."),
)


def kept(review: Review) -> bool:
    """Whether there is something to open."""
    mode: str = settings.REPIT_REVIEW_MEDIA
    if review.outcome == "refer":
        return False
    if mode == "hold":
        return _file(review.decision_id).exists()
    return mode == "fetch" and bool(review.reference)


def hold(decision: str, data: bytes) -> None:
    """Seal an upload that waits for review, if the operator wants it kept and people could open it. Never
    raises."""
    if settings.REPIT_REVIEW_MEDIA != "hold" or len(data) > settings.REPIT_REVIEW_HOLD_BYTES:
        return
    if kind_of(data) is None:
        return
    try:
        path = _file(decision)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_bytes(operator("held upload").seal(data, _place(decision)))
        draft.rename(path)
    except OSError as error:
        _log.error("an upload could not be held: %s", type(error).__name__)


def opened(review: Review) -> bytes:
    """The upload. Raises `NotFound`, `OutboundRefused`, `SealBroken`."""
    mode: str = settings.REPIT_REVIEW_MEDIA
    if review.outcome == "refer":
        raise _GONE
    if mode == "hold":
        try:
            sealed = _file(review.decision_id).read_bytes()
        except OSError:
            raise _GONE from None
        return operator("held upload").open(sealed, _place(review.decision_id))
    if mode == "fetch" and review.reference:
        return _fetched(review.reference)
    raise _GONE


def forget(review: Review) -> None:
    """Erase what was held."""
    _erase(_file(review.decision_id))


def forget_old() -> int:
    """Erase what was held too long; how many files."""
    folder = Path(settings.REPIT_DATA) / "held"
    oldest = (now() - timedelta(hours=2 * settings.REPIT_REVIEW_HOURS)).timestamp()
    stale = [path for path in folder.glob("*") if path.stat().st_mtime < oldest] if folder.is_dir() else []
    for path in stale:
        _erase(path)
    return len(stale)


def _fetched(reference: str) -> bytes:
    key: str = settings.REPIT_REVIEW_FETCH_KEY
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        with Outbound(settings.REPIT_REVIEW_FETCH_URL, headers=headers) as platform:
            answer = platform.get(
                "/repit/uploads",
                params={"reference": reference},
                seconds=_SECONDS,
                max_bytes=settings.REPIT_REVIEW_HOLD_BYTES,
            )
    except RepitError as error:
        _log.warning("the platform does not hand an upload over: %s", error.code)
        raise
    if answer.status != 200:
        raise _GONE
    return answer.body


def _erase(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _log.error("a held upload could not be erased: %s", type(error).__name__)


def _file(decision: str) -> Path:
    if not _NAME.fullmatch(decision):
        raise _GONE
    return Path(settings.REPIT_DATA) / "held" / decision


def _place(decision: str) -> Place:
    return Place("held", decision, "upload")
