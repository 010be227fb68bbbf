"""What was found in a file, and what of it people here have let pass.

In: looks at a file, the pictures that people let pass. Out: evidence, some of it marked. Next: `inspector`,
`policy.judge`.

What agrees only as a picture that was let pass is marked. Of what agrees with parts of it that holds for the
items only that people saw beside it: another picture may stand in a corner. A look at the same file that
shows something else is judged as ever. What cannot be told in time is refused as before.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from repit.platform.gate import matching
from repit.platform.gate.inspection.looking import Look
from repit.platform.gate.policy import CANARY
from repit.platform.gate.verdict import SAME, Evidence, Here, LetGoPicture
from repit_engine.anchors import QueryHashes


def near(look: Look, here: Callable[[], Here]) -> list[LetGoPicture]:
    """Pictures that people let pass here, and that a look may show by its standard hash."""
    if look.standard is None:
        return []
    return [picture for picture in here().pictures if picture.signature.near(look.standard)]


def marked(
    looks: Sequence[Look],
    here: Callable[[], Here],
    views: Callable[[], list[list[QueryHashes]] | None],
) -> list[Evidence]:
    """What was found, one piece an item. `views`: every view of the file, look by look, asked for where that
    is needed."""
    pictures = [near(look, here) if look.found else [] for look in looks]
    shown_in = views() if any(pictures) else None
    let_go, found = list[Evidence](), list[Evidence]()
    for number, look in enumerate(looks):
        shown = [
            picture
            for picture in pictures[number]
            if shown_in is not None
            and number < len(shown_in)
            and picture.signature.shown_by(shown_in[number])
        ]
        seen = frozenset[str]().union(*(picture.items for picture in shown))
        for evidence in look.found:
            goes = (
                bool(shown) and evidence.item != CANARY and (evidence.tier in SAME or evidence.item in seen)
            )
            (let_go if goes else found).append(replace(evidence, let_go=goes))
    found = matching.strongest(found)
    held = {evidence.key for evidence in found}
    return [*found, *(evidence for evidence in matching.strongest(let_go) if evidence.key not in held)]
