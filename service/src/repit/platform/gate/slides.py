"""Known pictures within a video: as in a slide show, or a still that was made into a film.

In: stages of `Asked`, the index. Out: `Evidence`, each with the span of the upload in which the picture is
seen. Next: `films`.

A frame is judged as a picture is (`repit_engine.align.pictures_in`), but a video is thousands of pictures,
and each may agree with something by chance: the bank counts as that many times larger, and its thresholds
follow, the field's radius included, which holds for one picture.
"""

from collections.abc import Sequence
from dataclasses import replace

from repit.platform.gate.altered import AlteredCopies, evidence_of, owner
from repit.platform.gate.index.protocol import Index
from repit.platform.gate.verdict import Evidence, Segment
from repit_engine.align import ShownPicture, pictures_in
from repit_engine.decision import Strength
from repit_engine.moments import Asked


def shown_in(heard: Sequence[Asked], duration: int, index: Index, altered: AlteredCopies) -> list[Evidence]:
    """Pictures that a video shows, as far as it was heard."""
    view = index.view()
    if not view.has_families:
        return []
    search = altered.search_of(view)
    shown = pictures_in(
        heard,
        search,
        duration=duration,
        items=view.items,
        owner=owner,
        family_of=search.family,
        stoplist=altered.stoplist,
    )
    known = view.entries([picture.item for picture in shown])
    found = [(known[picture.item], picture) for picture in shown if picture.item in known]
    return [_narrowed(evidence_of(entry, picture.match), picture) for entry, picture in found]


def _narrowed(evidence: Evidence, shown: ShownPicture) -> Evidence:
    """As the picture's, with where it is seen; what only flashes by is for a person."""
    tier = evidence.tier if shown.strength is Strength.BLOCK else "possible"
    return replace(evidence, tier=tier, segments=(Segment((shown.begin, shown.end), None),))
