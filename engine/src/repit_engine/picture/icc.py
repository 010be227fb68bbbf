"""What stands in a colour profile, and the profiles that other readers would find in it.

In: an ICC profile. Out: whether browsers apply it, and the same profile rewritten so that LittleCMS does what
each of them does. Next: `profiles` makes transforms of them.

LittleCMS, Chromium (skcms), Firefox (qcms) and others differ on what a sound profile is and on which of its
tables count. Measured with Chromium 156 and Firefox 153: `engine/tests/picture/test_views_of_profiles.py`.
"""

import struct
from typing import Final

from repit_engine.picture.icc_tables import Table, table_of

HEADER: Final = 128
_ENTRY: Final = 12
_MOST_TAGS: Final = 100
_D50: Final = (0.9642, 1.0, 0.8249)
_D50_CLOSE: Final = 0.01
_FIXED: Final = 65536
_NEWEST: Final = 4
_USUAL: Final = (b"mntr", b"scnr", b"prtr", b"spac")
_SPACES: Final = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}
_MATRIX: Final = (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC")
_TABLES: Final = (b"A2B0", b"A2B1", b"A2B2")
_VERSION_2, _VERSION_4 = 0x02400000, 0x04200000
_NEEDS_VERSION_4: Final = (b"para", b"mAB ")


def tags_of(profile: bytes) -> dict[bytes, bytes]:
    """The tags that lie inside the profile, the first of each name."""
    tags: dict[bytes, bytes] = {}
    count = min(int.from_bytes(profile[HEADER : HEADER + 4]), _MOST_TAGS)
    for entry in range(count):
        at = HEADER + 4 + _ENTRY * entry
        name = profile[at : at + 4]
        offset, size = int.from_bytes(profile[at + 4 : at + 8]), int.from_bytes(profile[at + 8 : at + 12])
        if len(name) == 4 and offset + size <= len(profile) and name not in tags:
            tags[name] = profile[offset : offset + size]
    return tags


def browsers_read(profile: bytes) -> bool:
    """Whether Chromium takes it for a profile at all: the conditions of skcms_Parse."""
    size = int.from_bytes(profile[:4])
    if not HEADER + 4 <= size <= len(profile) or profile[36:40] != b"acsp" or profile[8] > _NEWEST:
        return False
    white = (value / _FIXED for value in struct.unpack(">3i", profile[68:80]))
    if any(abs(seen - due) > _D50_CLOSE for seen, due in zip(white, _D50, strict=True)):
        return False
    count = int.from_bytes(profile[HEADER : HEADER + 4])
    if HEADER + 4 + _ENTRY * count > size:
        return False
    entries = (profile[at : at + 8] for at in range(HEADER + 8, HEADER + 4 + _ENTRY * count, _ENTRY))
    return all(
        int.from_bytes(entry[4:]) >= 4 and int.from_bytes(entry[:4]) + int.from_bytes(entry[4:]) <= size
        for entry in entries
    )


def is_usual(profile: bytes) -> bool:
    """Whether all readers find the same in it: a class and a version that all know, one set of tables."""
    tags = tags_of(profile)
    tables = any(name in tags for name in _TABLES)
    one_way = not tables
    known = profile[12:16] in _USUAL and profile[16:20] in _SPACES and profile[8] in (2, _NEWEST)
    return one_way and known and b"cicp" not in tags and browsers_read(profile)


def has_tables(profile: bytes) -> bool:
    """Whether it maps colours by a table, in which anything may stand between the nodes that one looks at."""
    return any(name in tags_of(profile) for name in (*_TABLES, b"D2B0", b"D2B1"))


def tables_of(profile: bytes, channels: int) -> list[Table]:
    """Its tables as Chromium evaluates them, the one that it takes first."""
    if _SPACES.get(profile[16:20], 3) != channels:
        return []
    tags, lab = tags_of(profile), profile[20:24] == b"Lab "
    found = [table_of(tags[name], channels, lab=lab) for name in _TABLES[:2] if name in tags]
    return [table for table in found if table is not None]


def in_other_words(profile: bytes, channels: int) -> list[bytes]:
    """The profile as each reader takes it, rewritten for LittleCMS; Chromium's way first.

    Chromium goes by A2B0, else A2B1, else matrix and curves; Firefox by A2B0, else matrix and curves; others
    ask for A2B1 (relative intent) or know no tables.
    """
    tags = tags_of(profile)
    space = next((name for name, count in _SPACES.items() if count == channels), b"RGB ")
    stated = _SPACES.get(profile[16:20], 3)
    if stated != channels:
        return []
    ways = [rewritten(profile, space, {_TABLES[0]: tags[name]}) for name in _TABLES[:2] if name in tags]
    if channels == 3 and all(name in tags for name in _MATRIX):
        ways.append(rewritten(profile, space, {name: tags[name] for name in _MATRIX}))
    if channels == 1 and b"kTRC" in tags:
        ways.append(rewritten(profile, space, {b"kTRC": tags[b"kTRC"]}))
    return ways


def rewritten(profile: bytes, space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """A sound profile with the connection space of `profile`, and these tags alone."""
    newer = any(tag[:4] in _NEEDS_VERSION_4 for tag in tags.values())
    version = _VERSION_4 if newer or profile[8] == _NEWEST else _VERSION_2
    pcs = b"Lab " if profile[20:24] == b"Lab " else b"XYZ "
    return assembled(space, pcs, version, tags)


def assembled(space: bytes, pcs: bytes, version: int, tags: dict[bytes, bytes]) -> bytes:
    """A profile of class display (output for CMYK). ICC.1:2001-04 and ICC.1:2022, section 7."""
    whole = {b"wtpt": xyz(_D50), **tags}
    table, body, at = b"", b"", HEADER + 4 + _ENTRY * len(whole)
    for name, tag in whole.items():
        table += name + struct.pack(">II", at + len(body), len(tag))
        body += tag + bytes(-len(tag) % 4)
    kind = b"prtr" if space == b"CMYK" else b"mntr"
    size = at + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"lcms", version, kind, space, pcs) + bytes(12) + b"acsp"
    head += bytes(28) + struct.pack(">3i", *(round(value * _FIXED) for value in _D50))
    return head.ljust(HEADER, b"\0") + struct.pack(">I", len(whole)) + table + body


def xyz(values: tuple[float, ...]) -> bytes:
    """An XYZType of one colour."""
    return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * _FIXED)) for value in values)
