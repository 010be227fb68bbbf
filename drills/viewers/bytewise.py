"""What can be done to any file by someone who knows nothing of its format.

In: a file. Out: the file changed. Next: `recipe`.
"""

import random
from typing import Final

from drills.viewers import scenes
from drills.viewers.files import Mutation, saved


def _flip(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5)) if changed else 0):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _flip_early(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    if len(changed) > 20:
        at = dice.randrange(4, min(400, len(changed)))
        changed[at] = dice.choice((0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF, changed[at] ^ 1))
    return bytes(changed)


def _remove(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + data[at + dice.choice((1, 2, 4, 64)) :]


def _insert(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.randbytes(dice.choice((1, 2, 4, 64))) + data[at:]


def _repeat(data: bytes, dice: random.Random) -> bytes:
    at, size = dice.randrange(len(data) + 1), dice.choice((1, 8, 300))
    return data[: at + size] + data[at:]


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data) // 3, len(data) + 1)]


def _before(data: bytes, dice: random.Random) -> bytes:
    """Bytes before the signature: browsers do not look for it further on."""
    other = saved(scenes.picture(dice), dice.choice(("GIF", "PNG", "JPEG")))
    return dice.choice((b"\0", b"\n", b"\xef\xbb\xbf", b"ID3\4\0\0\0\0\0\0", other)) + data


MUTATIONS: Final[dict[str, Mutation]] = {
    "bits-flipped": _flip,
    "early-byte": _flip_early,
    "bytes-removed": _remove,
    "bytes-inserted": _insert,
    "bytes-repeated": _repeat,
    "cut-anywhere": _cut,
    "bytes-before": _before,
}
