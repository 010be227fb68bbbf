"""Damaged and hostile videos through a confined child: typed refusals within limits, and nothing opened.

In: a seed and how many files. Out: the page `docs/bench/videos.md`, one JSON line; 0 only if every file had
an answer in time and nothing was opened. Next: a reader.

A file that outlasts its time, or that makes its decoder crash, costs a child, which is what a child is for:
the next one is started, and the page names the file. What would fail the drill is an answer that is none, or
comes too late, a film that is seen in what only points to it, and anything opened.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.common import Options, Report, Table, publish
from rich.progress import track

from drills.videos import honest
from drills.videos.hostile import Hostile, hostile
from drills.videos.looking import GRACE, LIMITS, End, Looking, Outcome

FILES = 500
SEED = 15
SLACK = 1.0
"""Seconds that a busy machine may take to notice that a child's time is over."""


def run_files(files: int, seed: int = SEED) -> int:
    """The whole drill."""
    seen: list[tuple[Hostile, Outcome]] = []
    with TemporaryDirectory() as folder, Looking() as looking:
        decoy = Path(folder) / "decoy.mp4"
        decoy.write_bytes(honest.films()["h264.mp4"])
        witness = looking.trespasses()
        for made in track(hostile(seed, files, decoy), "Videos", files, transient=True):
            seen.append((made, looking.look(made.content)))
        after = [looking.look(content) for content in honest.films().values()]
    wrong = [each for each in seen if is_wrong(*each)]
    healthy = witness and all(outcome.end is End.SEEN for outcome in after)
    page = _page(seen, wrong, witness=witness, healthy=healthy, children=looking.children, seed=seed)
    publish(page, Options(), f"make drill NAME=videos ARGS='--files {files}'")
    return 0 if healthy and not wrong else 1


def is_wrong(made: Hostile, outcome: Outcome) -> bool:
    """What must not be."""
    late = outcome.seconds > LIMITS.seconds + GRACE + SLACK
    followed = made.refused and outcome.end in {End.SEEN, End.IN_PART}
    return outcome.end is End.OPENED or late or followed


def _page(
    seen: Sequence[tuple[Hostile, Outcome]],
    wrong: Sequence[tuple[Hostile, Outcome]],
    *,
    witness: bool,
    healthy: bool,
    children: int,
    seed: int,
) -> Report:
    report = Report(
        "videos",
        f"{len(seen)} damaged and hostile videos",
        "Made by code from small honest films and animations of many containers, looked at as a gate looks"
        " at uploads: by a child without network or files, stage after stage, within"
        f" {LIMITS.seconds:g} s, {LIMITS.decoded / 1e9:g} billion pixels, {LIMITS.frames:,} frames and"
        f" {LIMITS.pixels / 1e6:g} megapixels a frame. The kernel ends a child that asks to open anything;"
        f" one that was told to was {'ended so' if witness else 'NOT ENDED'}. Seed {seed}.",
    )
    ends = Counter(outcome.end for _, outcome in seen)
    report.compare("files", "files", float(len(seen)))
    for end in End:
        report.compare(end.value, "files", float(ends[end]))
    report.compare("longest", "s", max(outcome.seconds for _, outcome in seen))
    report.compare("most memory of a child", "MB", max(outcome.memory for _, outcome in seen) / 1e6)
    report.compare("must not be", "files", float(len(wrong)))
    kinds = list(dict.fromkeys(made.kind for made, _ in seen))
    counts = Counter((made.kind, outcome.end) for made, outcome in seen)
    rows = [(kind, *(counts[kind, end] for end in End)) for kind in kinds]
    report.tables.append(Table("What came of them", ("kind", *(end.value for end in End)), rows))
    report.tables += [_reasons(seen, kinds), _named(seen), _slowest(seen)]
    report.notes += [
        f"{children} children, one of them to see that the witness sees; the honest films were"
        f" {'all seen whole' if healthy else 'NOT all seen'} by the last one, after everything.",
        "Refused, or seen in part: both are typed, with a reason that a gate can act on.",
    ]
    return report


def _reasons(seen: Sequence[tuple[Hostile, Outcome]], kinds: Sequence[str]) -> Table:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for made, outcome in seen:
        if outcome.why:
            counts[made.kind][outcome.why] += 1
    words = sorted(set(chain.from_iterable(counts.values())))
    rows = [(kind, *(counts[kind][word] for word in words)) for kind in kinds]
    return Table("Why", ("kind", *words), rows)


def _named(seen: Sequence[tuple[Hostile, Outcome]]) -> Table:
    cost = [each for each in seen if each[1].end in {End.LATE, End.CRASHED, End.OPENED}]
    rows = [
        (made.number, made.kind, made.name, len(made.content), outcome.end.value, f"{outcome.seconds:.1f}")
        for made, outcome in cost
    ]
    return Table("Each that cost a child", ("number", "kind", "what", "bytes", "end", "s"), rows)


def _slowest(seen: Sequence[tuple[Hostile, Outcome]]) -> Table:
    slow = sorted(seen, key=lambda each: -each[1].seconds)[:12]
    rows = [
        (made.number, made.kind, made.name, len(made.content), outcome.end.value, f"{outcome.seconds:.1f}")
        for made, outcome in slow
    ]
    return Table("The slowest", ("number", "kind", "what", "bytes", "end", "s"), rows)
