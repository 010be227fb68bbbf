"""Every odd file at every channel, open and closed: what a viewer could show is what is judged."""

import pytest
from at_channels import Channels
from gate_pictures import entry, jpeg, sample
from odd_files.catalogue import SCENE, Odd, odd
from odd_files.scenes import saved

from repit.demo.device import submission
from repit.foundation.hashes import Hash
from repit.platform.gate.channels import CHANNELS
from repit.platform.gate.inspection.question import WholeFile
from repit.platform.gate.runtime import Gate

FILM = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x10moov\0\0\0\x08mvhd" + bytes(5000)
OTHERS = {
    "a film": FILM,
    "another film": b"\x1aE\xdf\xa3" + bytes(500),
    "what may be a film": b"\0\0\0\x18ftypmp42 and nothing more",
    "a page": b"<!doctype html><html><p>nothing</p></html>",
    "a feed": b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"/>',
}
NOTHING = {
    "a letter": b"a letter",
    "a document": b"%PDF-1.7",
    "an archive": b"PK\3\4" + bytes(9),
}


def banked() -> list[Hash]:
    return [
        Hash("pdq", hash_["role"], bytes.fromhex(hash_["value"]), hash_["quality"])
        for hash_ in submission(saved(SCENE, "PNG"))["hashes"]
    ]


@pytest.fixture
def knowing(gate: Gate) -> Gate:
    gate.index.apply(entry("scene", *banked()))
    return gate


def one_of_each_kind() -> list[Odd]:
    """The first of each kind that is read, and every drawing."""
    kinds: dict[str, Odd] = {}
    for file_ in odd():
        kinds.setdefault(file_.kind, file_)
    return [kind for kind in kinds.values() if not kind.unread] + [file_ for file_ in odd() if file_.unread]


def test_whatever_a_viewer_could_show_is_refused(knowing: Gate) -> None:
    wrong = []
    for file_ in odd():
        verdict = knowing.inspector.inspect(WholeFile(file_.content, "check"))
        expected = ("review", "undecided") if file_.unread else ("block", "known")
        if (verdict.outcome, verdict.rule) != expected:
            wrong.append((str(file_), verdict.outcome, verdict.rule, verdict.undecided))
    assert wrong == []


def test_an_odd_file_that_shows_nothing_known_passes_and_is_decided(gate: Gate) -> None:
    known = submission(jpeg(sample()))["hashes"][0]
    gate.index.apply(entry("cat", Hash("pdq", "whole", bytes.fromhex(known["value"]), known["quality"])))
    wrong = []
    for file_ in one_of_each_kind():
        verdict = gate.inspector.inspect(WholeFile(file_.content, "check"))
        expected = ("review", True) if file_.unread else ("allow", False)
        if (verdict.outcome, verdict.undecided is not None) != expected:
            wrong.append((str(file_), verdict.outcome, verdict.undecided))
    assert wrong == []


def closed(gate: Gate, *, yes: bool) -> None:
    for name in CHANNELS:
        gate.policy.undecided_channels[name] = "block" if yes else "allow"


def test_every_kind_of_odd_file_is_refused_at_every_channel_open_or_closed(
    knowing: Gate, channels: Channels
) -> None:
    wrong = []
    for shut in (False, True):
        closed(knowing, yes=shut)
        for name, ask in channels.all():
            for file_ in one_of_each_kind():
                # A drawing cannot be looked at: it follows the channel.
                expected = "block" if shut or not file_.unread else "allow"
                if ask(file_.content) != expected:
                    wrong.append((name, "closed" if shut else "open", str(file_)))
    assert wrong == []


def test_what_a_viewer_shows_and_nobody_opens_follows_the_channel_and_what_nobody_shows_passes_each(
    knowing: Gate, channels: Channels
) -> None:
    wrong = []
    for shut in (False, True):
        closed(knowing, yes=shut)
        for name, ask in channels.all():
            for what, content in {**OTHERS, **NOTHING}.items():
                if ask(content) != ("block" if shut and what in OTHERS else "allow"):
                    wrong.append((name, "closed" if shut else "open", what))
    assert wrong == []


def test_where_undecided_files_wait_for_a_person_drawings_do_and_films_and_pages_are_counted(
    knowing: Gate,
) -> None:
    for name in CHANNELS:
        for file_ in odd():
            if file_.unread:
                verdict = knowing.inspector.inspect(WholeFile(file_.content, name))
                assert (verdict.outcome, verdict.rule) == ("review", "undecided"), (name, str(file_))
        for what, content in OTHERS.items():
            verdict = knowing.inspector.inspect(WholeFile(content, name))
            sure = what != "what may be a film"
            expected = ("allow", "not-opened", None) if sure else ("review", "undecided", verdict.decision)
            assert (verdict.outcome, verdict.rule, verdict.decision) == expected, (name, what)
            assert verdict.undecided is not None
