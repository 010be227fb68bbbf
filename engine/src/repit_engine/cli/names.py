"""Names of files and items as valid text, whatever bytes they are made of.

In: a path or member as Python has it (bytes that are no Unicode stand as lone surrogates, PEP 383). Out: text
that every reader takes, and the exact bytes where it says less than they do. Next: `scan_batch`, `hash`.
"""

import base64
import os


def readable(name: str) -> tuple[str, str | None]:
    """The name, and None; where it is no Unicode, with each foreign byte as ``\\xff``, and its exact bytes in
    base64.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        raw = _bytes_of(name)
        return raw.decode("utf-8", "backslashreplace"), base64.b64encode(raw).decode("ascii")
    return name, None


def _bytes_of(name: str) -> bytes:
    try:
        return os.fsencode(name)
    except UnicodeEncodeError:  # a surrogate that no file system gave: only JSON can write it
        return name.encode("utf-8", "surrogatepass")
