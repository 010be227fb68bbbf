"""Where the bank's items come from in the end, for hotlines that were granted "sync".

In: items by name. Out: their roots, with the way each took to us and through us, and what their origins have
withdrawn. Next: `repit.server`, which tells peers of it.

Only what was submitted here or came from other hotlines has a root to pass on. What StopNCII, NCMEC and the
like gave to this hotline is not passed on to others: each has its own agreement with them.
"""

from collections.abc import Collection
from dataclasses import dataclass

from repit.hotline.bank import feed
from repit.hotline.bank.models import Item, RecordOrigin, Tombstone


@dataclass(frozen=True, slots=True)
class Provenance:
    """`roots`: (installation, name there) and the way, this installation last; `gone`: what was withdrawn."""

    roots: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    gone: tuple[tuple[str, str], ...] = ()


def of(names: Collection[str]) -> dict[str, Provenance]:
    """The provenance of each item named. Of several ways the shortest is told, so that rings come to rest."""
    here = feed.head().feed_id
    ways: dict[str, dict[tuple[str, str], tuple[str, ...]]] = {name: {} for name in names}
    rows = RecordOrigin.objects.filter(record__item__token__in=names).exclude(path="")
    for token, installation, root, path in rows.values_list(
        "record__item__token", "installation", "token", "path"
    ):
        way = (*path.split(","), here)
        held = ways[token].get((installation, root))
        if held is None or (len(way), way) < (len(held), held):
            ways[token][installation, root] = way
    for token, root in Item.objects.filter(token__in=names, own__gt=0).values_list("token", "root"):
        ways[token][here, root] = (here,)
    gone: dict[str, list[tuple[str, str]]] = {}
    buried = Tombstone.objects.filter(item__in=names).order_by("id")
    for token, installation, root in buried.values_list("item", "installation", "token"):
        gone.setdefault(token, []).append((installation, root))
    return {
        name: Provenance(
            tuple((installation, root, way) for (installation, root), way in sorted(found.items())),
            tuple(gone.get(name, ())),
        )
        for name, found in ways.items()
    }
