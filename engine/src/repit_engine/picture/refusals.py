"""Everything that a decoder can raise, as refusals of our own tree.

In: an exception or a warning out of Pillow, pillow-heif, LittleCMS or simplejpeg. Out: a `PictureRefused`
whose text repeats nothing from the file. Next: whoever called `open_picture`.
"""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image

from repit_engine.errors import DamagedPicture, PictureRefused, TooManyPixels, UnsupportedPicture

_FROM_DECODERS = r"(PIL|pillow_heif)(\.|$)"


class _Quiet:
    """Silence warnings raised inside the decoders, for all threads together.

    Pillow warns about metadata that it skips: nothing that changes a pixel, and nothing that should reach an
    operator's log from a stranger's file. `warnings.catch_warnings` alone would let one thread restore the
    filters under another; so the first to enter sets them and the last to leave puts them back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._catcher: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._catcher = warnings.catch_warnings()
                self._catcher.__enter__()
                warnings.filterwarnings("ignore", module=_FROM_DECODERS)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._catcher.__exit__(None, None, None)


_quiet = _Quiet()


@contextmanager
def decoding() -> Iterator[None]:
    """Run a decoder: what it raises leaves as a `PictureRefused`, what it warns about stays inside."""
    try:
        with _quiet:
            yield
    except PictureRefused as refusal:
        # Without what led to it, which may repeat something of the file.
        raise refusal from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise TooManyPixels(
            "The picture would need more memory than allowed.", "Send a smaller picture."
        ) from None
    except NotImplementedError:
        raise unsupported_variant() from None
    except Exception:  # noqa: BLE001 - hostile bytes make decoders raise anything at all; none may pass
        raise damaged() from None


def damaged() -> DamagedPicture:
    """The refusal of a truncated or inconsistent file."""
    return DamagedPicture(
        "The picture is damaged or incomplete.", "Save or export it again, then send the new file."
    )


def unsupported_variant() -> UnsupportedPicture:
    """The refusal of a known format in a form that the decoder does not know."""
    return UnsupportedPicture(
        "The picture uses a form of its format that is not read here.",
        "Save it again as an ordinary JPEG or PNG.",
    )
