"""Altered copies, through the gate: what matched, on what it rests, and what is set aside."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from gate_assembly import inspect
from gate_pictures import entry, jpeg, made_up, pdq, sample
from PIL import Image, ImageDraw, ImageFont, ImageOps
from sharded_index import ShardedIndex

from repit.demo.device import submission
from repit.foundation.hashes import Hash
from repit.platform.gate import readiness
from repit.platform.gate.altered import AlteredCopies
from repit.platform.gate.index.live import LiveIndex
from repit.platform.gate.index.protocol import Index, View
from repit.platform.gate.models import Decision
from repit.platform.gate.runtime import Gate
from repit_engine.anchors import Kind, QueryHashes, Stage
from repit_engine.stoplist import Crowd, StopList

CAT = jpeg(sample())
NOTHING = StopList(np.empty((0, 32), np.uint8))


def family(content: bytes) -> list[Hash]:
    return [
        Hash("pdq", hash_["role"], bytes.fromhex(hash_["value"]), hash_["quality"])
        for hash_ in submission(content)["hashes"]
    ]


def bordered() -> bytes:
    return jpeg(ImageOps.expand(sample(), border=40, fill=(20, 20, 20)))


def cropped() -> bytes:
    return jpeg(sample().crop((54, 36, 397, 264)))


def captioned() -> bytes:
    page = Image.new("RGB", (451, 360), "white")
    page.paste(sample(), (0, 60))
    font = ImageFont.load_default(size=28)
    ImageDraw.Draw(page).text((225, 30), "when monday comes again", "black", font=font, anchor="mm")
    return jpeg(page)


@pytest.fixture
def knowing(gate: Gate) -> Gate:
    gate.index.apply(entry("cat", *family(CAT)))
    gate.index.apply(entry("other", made_up(1)))
    return gate


@pytest.mark.parametrize(
    ("content", "of"), [(bordered(), "trimmed"), (cropped(), "anchor"), (captioned(), "anchor")]
)
def test_a_border_a_crop_and_a_caption_are_refused_and_say_on_what_that_rests(
    knowing: Gate, content: bytes, of: str
) -> None:
    verdict = inspect(content, "check")
    (best,) = verdict.evidence
    assert (verdict.outcome, verdict.rule, best.item, best.tier) == ("block", "known", "cat", "altered")
    assert best.parts[0].of == of
    assert best.expected_false is not None
    assert best.expected_false < 1e-3
    for part in best.parts:
        left, top, right, bottom = part.rectangle
        assert -0.1 < left < right < 1.1
        assert -0.1 < top < bottom < 1.1
    row = Decision.objects.get(name=verdict.decision)
    assert (row.tier, row.distance) == ("altered", best.distance)
    width, height = Image.open(io.BytesIO(content)).size
    assert row.evidence[0]["proportion"] == round(width / height, 3)


def test_unrelated_pictures_pass_through_every_stage(knowing: Gate) -> None:
    for name in ("rocket", "coffee"):
        assert inspect(jpeg(sample(name)), "check").outcome == "allow"


def test_without_anchored_hashes_a_border_is_still_met_and_a_crop_is_not(gate: Gate) -> None:
    gate.index.apply(entry("cat", pdq(CAT)))
    assert inspect(bordered(), "check").evidence[0].parts[0].of == "trimmed"
    assert inspect(jpeg(ImageOps.mirror(sample())), "check").evidence[0].tier == "orientation"
    assert inspect(cropped(), "check").outcome == "allow"


def test_a_withdrawn_family_is_forgotten_whole(knowing: Gate) -> None:
    knowing.index.apply(entry("cat", state="withdrawn"))
    knowing.index.apply(entry("other", state="withdrawn"))
    for content in (CAT, bordered(), cropped(), captioned()):
        assert inspect(content, "check").outcome == "allow"
    assert knowing.index.holdings.hashes == 0


# --- hashes made up -----------------------------------------------------------------------------------------


def anchor(*hashes: Hash) -> QueryHashes:
    """A stage of anchors, side by side."""
    n = len(hashes)
    rows = np.frombuffer(b"".join(hash_.value for hash_ in hashes), np.uint8).reshape(n, 32)
    places = np.array([[i / n, 0.0, (i + 1) / n, 1.0] for i in range(n)])
    kinds, stages = np.full(n, Kind.ANCHOR, np.uint8), np.full(n, Stage.ANCHORS, np.uint8)
    return QueryHashes(rows, places, kinds, np.zeros(n, np.uint8), stages)


def upload(number: int, *hashes: Hash) -> list[QueryHashes]:
    """An upload whose standard hash is like no other's, and some anchors."""
    whole = anchor(made_up(number))
    whole.kinds[:], whole.stages[:] = Kind.WHOLE, Stage.STANDARD
    return [whole, anchor(*hashes)]


def anchored(number: int) -> Hash:
    return Hash("pdq", "anchored", made_up(number).value, 90)


def test_a_hash_that_meets_many_unrelated_uploads_is_muted_and_its_item_s_others_are_not() -> None:
    index, gate = LiveIndex(), AlteredCopies(NOTHING, Crowd(limit=4))
    index.apply(entry("a", made_up(1), anchored(2), anchored(3), anchored(4)))
    met = [bool(gate.found(index, upload(number, made_up(2)))) for number in range(100, 106)]
    assert met == [True, True, True, True, False, False]
    assert gate.rejected == 1
    assert gate.found(index, upload(200, made_up(3)))
    assert gate.found(index, upload(201, made_up(2), made_up(3), made_up(4)))
    index.close()


def test_copies_of_one_picture_and_uploads_with_several_voices_are_no_crowd() -> None:
    index, gate = LiveIndex(), AlteredCopies(NOTHING, Crowd(limit=4))
    index.apply(entry("a", made_up(1), anchored(2), anchored(3)))
    for number in range(100, 110):
        assert gate.found(index, upload(100, made_up(2)))
        assert gate.found(index, upload(number, made_up(2), made_up(3)))
    assert gate.rejected == 0
    index.close()


def small(number: int, *hashes: Hash) -> list[QueryHashes]:
    """An upload some of whose hashes come from one sticker in a corner."""
    whole, anchors = upload(number, *hashes)
    anchors.rectangles[:] = anchors.rectangles * 0.3 + 0.6
    return [whole, anchors]


def test_a_sticker_that_an_item_and_an_upload_share_is_possible_and_never_altered() -> None:
    index, gate = LiveIndex(), AlteredCopies(NOTHING)
    index.apply(entry("a", made_up(1), *(anchored(number) for number in range(2, 10))))
    lone, several = upload(100, made_up(2)), upload(100, made_up(2), made_up(3), made_up(4))
    assert [evidence.tier for evidence in gate.found(index, lone)] == ["altered"]
    assert [evidence.tier for evidence in gate.found(index, several)] == ["altered"]
    for some in ([2], [2, 3], [2, 3, 4, 5]):
        hashes = [made_up(number) for number in some]
        assert [evidence.tier for evidence in gate.found(index, small(100, *hashes))] == ["possible"]
    most = [made_up(number) for number in range(2, 8)]
    assert [evidence.tier for evidence in gate.found(index, small(100, *most))] == ["altered"]
    index.close()


def test_a_sticker_with_several_voices_is_muted_once_a_crowd_wears_it() -> None:
    index, gate = LiveIndex(), AlteredCopies(NOTHING, Crowd(limit=4))
    index.apply(entry("a", made_up(1), anchored(2), anchored(3), anchored(4)))
    worn = [made_up(2), made_up(3)]
    met = [bool(gate.found(index, small(number, *worn))) for number in range(100, 106)]
    assert met == [True, True, True, True, False, False]
    assert gate.rejected == 2
    assert gate.found(index, upload(200, made_up(4)))
    index.close()


def test_what_is_on_the_stop_list_has_no_voice_on_either_side_but_as_standard_hash() -> None:
    stopped = np.frombuffer(made_up(2).value, np.uint8).reshape(1, 32)
    index, gate = LiveIndex(), AlteredCopies(StopList(stopped))
    index.apply(entry("a", made_up(1), anchored(2)))
    index.apply(entry("b", made_up(2)))
    found = gate.found(index, upload(100, made_up(2)))
    assert found == []
    whole = upload(2)[:1]
    assert [(evidence.item, evidence.tier) for evidence in gate.found(index, whole)] == [("b", "standard")]
    index.close()


class Counted:
    """An index whose views note what they are asked."""

    def __init__(self, index: Index) -> None:
        self._index, self.asked = index, list[str]()

    def view(self) -> View:
        return CountedView(self._index.view(), self.asked)  # type: ignore[return-value]


class CountedView:
    def __init__(self, view: View, asked: list[str]) -> None:
        self._view, self._asked = view, asked

    def __getattr__(self, name: str) -> object:
        if name in ("search", "families", "entries"):
            self._asked.append(name)
        return getattr(self._view, name)


def test_an_index_is_asked_once_a_stage_and_not_once_a_candidate() -> None:
    index = LiveIndex()
    index.apply(*(entry(f"n{number}", made_up(1), anchored(2)) for number in range(20)))
    counted = Counted(index)
    found = AlteredCopies(NOTHING).found(counted, upload(1, made_up(2)))  # type: ignore[arg-type]
    assert len(found) == 20 and counted.asked == ["search", "families", "entries"]
    counted.asked.clear()
    assert len(AlteredCopies(NOTHING).found(counted, upload(100, made_up(2)))) == 20  # type: ignore[arg-type]
    assert counted.asked == ["search", "search", "families", "entries"]
    index.close()


def test_an_item_that_is_put_anew_between_two_stages_is_still_met_by_both() -> None:
    """Each of the two hashes alone is too far from the item's to say anything."""
    index, gate = LiveIndex(), AlteredCopies(NOTHING)
    known = entry("a", made_up(1), anchored(2), anchored(3))
    index.apply(known)
    stages = [*upload(100, apart(2, 52)), anchor(made_up(200), apart(3, 52))]

    def coming() -> Iterator[QueryHashes]:
        for stage in stages:
            yield stage
            index.apply(known)
            if stage is stages[-1]:
                return

    assert [evidence.item for evidence in gate.found(index, stages)] == ["a"]
    assert [evidence.item for evidence in gate.found(index, coming())] == ["a"]
    index.close()


def apart(number: int, flipped: int) -> Hash:
    bits = np.unpackbits(np.frombuffer(made_up(number).value, np.uint8))
    bits[:flipped] ^= 1
    return Hash("pdq", "whole", np.packbits(bits).tobytes(), 90)


def test_an_index_in_shards_finds_the_same_evidence() -> None:
    live, sharded, gate = LiveIndex(), ShardedIndex(3), AlteredCopies(NOTHING, Crowd(limit=1000))
    entries = [
        entry(f"n{number}", made_up(number), anchored(number + 50), anchored(number % 7 + 90))
        for number in range(40)
    ]
    for index in (live, sharded):
        index.replace_all(entries)
    for stages in (
        upload(3),
        upload(200, made_up(91)),
        upload(200, apart(60, 40), made_up(93)),
        small(5, made_up(92), made_up(95)),
        upload(201, made_up(202)),
    ):
        seen = [
            sorted(gate.found(index, stages), key=lambda evidence: evidence.item) for index in (live, sharded)
        ]
        assert seen[0] == seen[1]
    live.close()
    sharded.close()


def test_the_report_counts_what_was_muted(knowing: Gate) -> None:
    assert readiness.report(knowing)[1]["hashes_of_crowds"] == 0
