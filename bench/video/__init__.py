"""Videos: what is found of altered clips, where, and wrongly; how fast they are hashed and searched.

In: `--videos`, `--pictures`, `--scale`. Out: `docs/bench/video.md` with its plots. Next: a reader.

Parts, for `--only`: material, recall, places, shared, unrelated, decoding, searching. `material` makes files
and measures nothing. Scales: `quick` for a look, `standard`, `full`. Files and what the engine makes of
strangers are kept under `artefacts/video`; what is measured is measured anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bench.common import Options, Report
from bench.video import decoding, headlines, ours, peers, plots, recall, searching, shared, unrelated
from bench.video.alterations import EXACT, REVERSED, ROWS
from bench.video.copies import Copy, Plan, cut
from bench.video.originals import HAND, STILL, TRIPOD, Material, material

PROCESSES: Final = 2
INSIDE: Final = 16.0


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    hand: Plan
    still: Plan
    tripod: Plan
    inside: Plan
    banked: int
    uploads: int
    sets: int
    decoding: decoding.Plan
    sizes: tuple[int, ...]


FILMS: Final = tuple((size, name) for size in decoding.SIZES for name in decoding.CODECS)
FEWER: Final = tuple(
    film for film in FILMS if film[0] == 720 or film[1].endswith("2 s") or film[1] == decoding.PHONE
)
SCALES: Final = {
    "quick": Scale(
        Plan(every=6), Plan(every=6), Plan(every=4), Plan(every=6, inside=INSIDE), 60, 20, 1,
        decoding.Plan(4.0, FILMS[:3], 1), (1_000_000,),
    ),
    "standard": Scale(
        Plan(), Plan(every=3), Plan(every=2), Plan(every=2, inside=INSIDE), 2_000, 500, 4,
        decoding.Plan(12.0, FEWER, 2), (10_000_000, 42_000_000),
    ),
    "full": Scale(
        Plan(takes=4), Plan(takes=2), Plan(takes=2), Plan(takes=3, inside=INSIDE), 4_000, 2_500, 12,
        decoding.Plan(30.0, FILMS, 3), (1_000_000, 10_000_000, 42_000_000),
    ),
}  # fmt: skip
PARTS: Final = ("material", "recall", "places", "shared", "unrelated", "decoding", "searching")


def run(options: Options) -> Report:
    """The parts that were asked for, or all."""
    scale, wanted = SCALES[options.scale], options.only or PARTS
    page = Report("video", "Videos: clips found, placed, hashed and searched")
    processes = PROCESSES if options.threads == 1 else options.threads
    ours.warm_up()
    held = material(options.pictures, options.videos, processes)
    page.intro = _intro(held)
    made = _copies(held, scale, processes)
    if "material" in wanted:
        decoding.files(held, scale.decoding, processes)
    parts: dict[str, Callable[[], None]] = {
        "recall": lambda: _recall(page, held, made, options, processes),
        "shared": lambda: page.tables.append(shared.table(shared.measured(held, scale.sets, processes))),
        "unrelated": lambda: _unrelated(page, held, scale, processes),
        "decoding": lambda: decoding.report(page, decoding.measured(held, scale.decoding, processes)),
        "searching": lambda: searching.measure(page, options.sizes_given or scale.sizes),
    }
    for name, measure in parts.items():
        if name in wanted:
            measure()
    page.tables.insert(0, headlines.held(page))
    if peers.vpdq() is None:
        page.notes.append(peers.HOW)
    page.notes += [
        f"Scale: {options.scale}. Films by code are from disjoint pictures; clips of one folder may show the "
        "same thing, so that they are not held against one another.",
        "A clip counts as found where its film is called a match, to be refused or to be looked at; "
        "*blocked* where software may refuse it alone. Bounds are of 95 % (Wilson).",
    ]
    return page


def _intro(held: Material) -> str:
    return (
        f"{held.label.capitalize()}: films by hand, from a steady hand to one that runs, still ones, and "
        "some from a tripod. Clips are cut at random fractions of a second, 3, 5 and 10 s long (70 % of a "
        "film at most), at 30, 25 and 15 frames a second in turns, altered at random parameters from a seed, "
        "and coded as H.264. Thresholds are those of a bank of 42 million hashes unless a column "
        "says otherwise; the bank holds the films of this page."
    )


def _copies(held: Material, scale: Scale, processes: int) -> dict[str, list[Copy]]:
    """By kind, and those within other film."""
    return {
        HAND: cut(held, HAND, (*ROWS, EXACT, REVERSED), scale.hand, processes),
        STILL: cut(held, STILL, ROWS, scale.still, processes),
        TRIPOD: cut(held, TRIPOD, ROWS, scale.tripod, processes),
        "inside": cut(held, HAND, (EXACT, *ROWS[4:7]), scale.inside, processes),
    }


def _recall(
    page: Report, held: Material, made: dict[str, list[Copy]], options: Options, processes: int
) -> None:
    bank = recall.Bank(held, processes)
    answers = {kind: recall.asked(bank, made[kind], processes, f"Copies, {kind}") for kind in made}
    headlines.recall(page, answers)
    page.plots += plots.draw(options.out, answers[HAND])
    bank.index.close()


def _unrelated(page: Report, held: Material, scale: Scale, processes: int) -> None:
    found = unrelated.measured(held, scale.banked, scale.uploads, processes)
    page.tables += unrelated.tables(found)
    headlines.strangers(page, found)
