"""What Synapse calls for each file it is about to keep.

In: a file, before anybody can see it: a local upload, remote media that someone here asks for, what a link
preview fetches. Out: `NOT_SPAM`, or a code of refusal, upon which Synapse deletes the file. Next: Synapse.

Nothing here may raise: Synapse would answer the upload with an internal error, which is neither of the two
things that the operator can choose. Synapse tells neither the room nor who sends the file (element-hq/synapse
#9807), so neither reaches the gate.
"""

import logging
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from synapse.module_api import NOT_SPAM, ModuleApi, make_deferred_yieldable, run_in_background
from synapse.module_api.errors import Codes
from twisted.internet import reactor
from twisted.internet.interfaces import IReactorTime

from repit_synapse import settings
from repit_synapse.asking import Answer, Unanswered
from repit_synapse.asking import Gate as Asked
from repit_synapse.settings import Choice, Settings
from repit_synapse.upload import Upload

if TYPE_CHECKING:
    from synapse.media._base import FileInfo
    from synapse.media.media_storage import ReadableFileWrapper

_log: Final = logging.getLogger(__name__)


class Unseen(Exception):
    """A picture too long to be sent, whose digests are not known; whoever sends it chose its length."""


class Gate:
    """The module, under the name that homeserver.yaml gives."""

    def __init__(self, config: Settings, api: ModuleApi) -> None:
        self._config = config
        self._api = api
        self._gate = Asked(api, config.gate, config.key, config.seconds)
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.check_media_file_for_spam)

    @staticmethod
    def parse_config(config: Any) -> Settings:
        """Raises Synapse's `ConfigError`."""
        return settings.parse(config)

    async def check_media_file_for_spam(
        self, file_wrapper: "ReadableFileWrapper", file_info: "FileInfo"
    ) -> Codes | Literal["NOT_SPAM"]:
        """Synapse's callback."""
        if file_info.thumbnail and not self._config.thumbnails:
            return NOT_SPAM  # Synapse made it itself, of a file that was let pass
        try:
            answer = await self._in_time(file_wrapper)
        except Unseen:
            _log.warning("a picture is longer than max_bytes, and so was not looked at: refused")
            return Codes.FORBIDDEN
        except Exception as error:  # noqa: BLE001 - see the module's words
            return self._without_verdict(error)
        return self._followed(answer, file_info)

    async def _in_time(self, file: "ReadableFileWrapper") -> Answer:
        asked = run_in_background(self._read_and_ask, file)
        asked.addTimeout(self._config.seconds, cast("IReactorTime", reactor), _out_of_time)
        return await make_deferred_yieldable(asked)

    async def _read_and_ask(self, file: "ReadableFileWrapper") -> Answer:
        upload = Upload(self._config.max_bytes)
        await file.write_chunks_to(upload.write)
        if upload.is_empty:
            return Answer("allow", "")
        answer = await self._gate.ask(*upload.question())
        if upload.is_unseen_picture and answer.verdict == "allow":
            raise Unseen
        return answer

    def _without_verdict(self, error: Exception) -> Codes | Literal["NOT_SPAM"]:
        code = str(error) if isinstance(error, Unanswered) else type(error).__name__
        _log.warning("the gate gave no verdict on a file (%s): %s", code, self._config.unanswered)
        return _as_chosen(self._config.unanswered)

    def _followed(self, answer: Answer, file: "FileInfo") -> Codes | Literal["NOT_SPAM"]:
        if answer.verdict == "allow":
            return NOT_SPAM
        if answer.verdict == "block":
            _log.info("a file is refused: decision %s", answer.decision or "not recorded")
            return Codes.FORBIDDEN
        # The one case in which someone must find the file again: the desk may still refuse it.
        _log.info(
            "a file waits for review (%s): decision %s, mxc://%s/%s",
            self._config.review,
            answer.decision or "not recorded",
            file.server_name or self._api.server_name,
            file.file_id,
        )
        return _as_chosen(self._config.review)


def _out_of_time(_result: object, _seconds: float) -> Answer:
    """Whatever the cancelled question ended with; Synapse's client stumbles over being cancelled."""
    raise Unanswered("out-of-time")


def _as_chosen(choice: Choice) -> Codes | Literal["NOT_SPAM"]:
    return NOT_SPAM if choice == "allow" else Codes.FORBIDDEN
