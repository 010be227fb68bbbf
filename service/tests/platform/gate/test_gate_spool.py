"""Videos too long for memory: in an encrypted file that nobody finds, read anywhere, gone with the upload."""

import errno
import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings as SettingsWrapper

from repit.foundation.admission.room import Room
from repit.foundation.errors import SettingsRefused
from repit.platform.assembly import assemble
from repit.platform.gate.content import ContentGone
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.inspection.question import LongFile
from repit.platform.gate.spool import CHUNK, Spool
from repit.platform.gate.upload_buffer import UploadBuffer

HEAD = b"\x1aE\xdf\xa3"
FILM = HEAD + np.random.default_rng(3).bytes(5 * CHUNK + 777)


def on_disk(folder: Path) -> bytes:
    """What the files of this process hold that lie in a folder, by name or without."""
    held = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if target.startswith(str(folder)):
            number = int(link.name)
            held.append(os.pread(number, os.fstat(number).st_size, 0))
    return b"".join(held)


def filled(spool: Spool, content: bytes = FILM, piece: int = 50_000) -> UploadBuffer:
    upload = UploadBuffer(Room(10**9, Overloaded), 1000, 10**9, spool=spool)
    for at in range(0, len(content), piece):
        upload.write(content[at : at + piece])
    return upload


def test_a_long_video_is_read_anywhere_and_its_digests_are_those_of_the_file(tmp_path: Path) -> None:
    with filled(Spool(tmp_path, 10**9)) as upload:
        question = upload.asked("check")
        assert dict(question.digests)["sha256"] == hashlib.sha256(FILM).digest()
        content = question.content
        assert content.size == len(FILM)
        for at, size in ((0, 10), (CHUNK - 3, 7), (2 * CHUNK, 3 * CHUNK), (len(FILM) - 5, 5)):
            assert content.read_at(at, size) == FILM[at : at + size]
        assert content.read_at(len(FILM) - 5, 50) == FILM[-5:]


def test_nothing_of_it_has_a_name_or_can_be_read_on_the_disk(tmp_path: Path) -> None:
    with filled(Spool(tmp_path, 10**9)):
        assert list(tmp_path.iterdir()) == []
        held = on_disk(tmp_path)
        assert len(held) > 5 * CHUNK
        assert not any(FILM[at : at + 32] in held for at in range(0, len(FILM) - 32, 4096))


def test_the_room_is_given_back_and_nothing_is_read_afterwards(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 10**9)
    with filled(spool) as upload:
        content = upload.asked("check").content
        assert spool.held >= 5 * CHUNK
    assert spool.held == 0 and on_disk(tmp_path) == b""
    with pytest.raises(ContentGone):
        content.read_at(0, 1)


def digested_alone(upload: UploadBuffer) -> LongFile:
    question = upload.asked("check")
    assert isinstance(question, LongFile) and question.content is None
    assert dict(question.digests)["sha256"] == hashlib.sha256(FILM).digest()
    return question


def test_where_others_have_taken_the_room_a_video_is_digested_and_not_kept(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 6 * CHUNK)
    with filled(spool) as first, filled(spool, piece=3 * CHUNK) as second:
        assert digested_alone(second).is_crowded_out
        assert first.asked("check").content is not None
    assert spool.held == 0


def test_a_full_disk_costs_the_copy_and_not_the_upload(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool, write = Spool(tmp_path, 10**9), os.pwrite

    def full(number: int, content: bytes, at: int) -> int:
        if at > 2 * CHUNK:
            raise OSError(errno.ENOSPC, "full")
        return write(number, content, at)

    monkeypatch.setattr(os, "pwrite", full)
    with filled(spool) as upload:
        assert digested_alone(upload).is_crowded_out
        assert spool.held == 0 and on_disk(tmp_path) == b""


def test_a_video_longer_than_the_room_is_digested_and_not_kept(tmp_path: Path) -> None:
    with filled(Spool(tmp_path, 2 * CHUNK), piece=CHUNK // 2) as upload:
        question = upload.asked("check")
        assert question.content is None
        assert dict(question.digests)["sha256"] == hashlib.sha256(FILM).digest()


def test_what_is_no_video_is_not_spooled(tmp_path: Path) -> None:
    with filled(Spool(tmp_path, 10**9), b"\xff\xd8\xff\xe0" + FILM[4:]) as upload:
        assert upload.asked("check").content is None


def test_a_folder_that_takes_nothing_is_named_at_the_start_and_costs_no_upload_later(tmp_path: Path) -> None:
    file = tmp_path / "no folder"
    file.write_bytes(b"")
    with pytest.raises(SettingsRefused) as refused:
        Spool(file, 10**9).try_folder()
    assert str(file) in refused.value.message.fr and "REPIT_GATE_SPOOL" in refused.value.next_step.en
    with filled(Spool(file, 10**9)) as upload:
        assert digested_alone(upload).is_crowded_out
    Spool(tmp_path / "new", 10**9).try_folder()
    assert list((tmp_path / "new").iterdir()) == []


def test_a_gate_tries_its_folder_when_it_is_put_together(tmp_path: Path, settings: SettingsWrapper) -> None:
    settings.REPIT_GATE_SPOOL = str(tmp_path / "file")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SettingsRefused):
        assemble()
    settings.REPIT_GATE_VIDEOS = "no"
    assert assemble().spool is None


@given(
    pieces=st.lists(st.integers(1, 3 * CHUNK), max_size=6),
    at=st.integers(0, 4 * CHUNK),
    size=st.integers(0, 2 * CHUNK),
)
def test_whatever_the_pieces_the_same_bytes_come_back(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[int], at: int, size: int
) -> None:
    spooled = Spool(tmp_path_factory.getbasetemp() / "any", 10**9).file()
    whole = np.random.default_rng(sum(pieces)).bytes(sum(pieces))
    done = 0
    for piece in pieces:
        spooled.write(whole[done : done + piece])
        done += piece
    assert spooled.size == len(whole) and spooled.read_at(at, size) == whole[at : at + size]
    spooled.close()
