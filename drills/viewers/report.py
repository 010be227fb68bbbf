"""The page of a run: what came of the files, and every difference with its cause and its reason.

In: entries. Out: `docs/bench/viewers….md` through `bench.common`. Next: a reader.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from bench.common import Report, Table

from drills.viewers import judge
from drills.viewers.journal import Entry
from drills.viewers.known import reason

_KINDS = (judge.SAME, judge.APART, judge.TURNED, judge.HOLE, judge.UNDECIDED, judge.FAINT, judge.HIDDEN)
_LISTED = 12
"""Files of one kind of difference whose numbers are printed."""


def unexplained(entries: Iterable[Entry]) -> list[Entry]:
    """Differences without a reason."""
    return [entry for entry in entries if entry.kind in judge.WRONG and not reason(entry)]


def page(entries: Sequence[Entry], seed: int, browser: str, program: str) -> Report:
    wrong = [entry for entry in entries if entry.kind in judge.WRONG]
    left = unexplained(entries)
    report = Report(
        "viewers" if program == "chromium" else f"viewers-{program}",
        f"What {browser} shows and what the engine sees, in {len(entries):,} mutated files",
        "Files of every format are made by code, mutated by someone who knows the format or at random, shown"
        " in the browser on white and on black, and hashed there and here. The same within"
        f" {judge.NEAR} bits of 256 counts as seen. Of an animation every picture counts that stands for a"
        " second, for a tenth of its time, or at its end. What has a quality below"
        f" {judge.CLEAR} in the browser is left out: it is not published either. Seed {seed}.",
    )
    shown = [entry for entry in entries if entry.kind not in (judge.HIDDEN, judge.FAINT)]
    same = sum(entry.kind == judge.SAME for entry in entries)
    decided = same + len([entry for entry in wrong if entry.kind != judge.HOLE])
    report.compare("shown with enough in it", "files", float(len(shown)))
    report.compare("of these hashed within 10 bits", "files", float(same))
    report.compare("of these hashed at all", "files", float(decided))
    report.compare("of these undecided", "files", float(sum(e.kind == judge.UNDECIDED for e in entries)))
    report.compare("differences and holes, all", "files", float(len(wrong)))
    report.compare("differences and holes, without a reason", "files", float(len(left)))
    report.tables += [_outcomes(entries), _differences(wrong), _undecided(entries)]
    report.notes += _notes()
    return report


def _outcomes(entries: Sequence[Entry]) -> Table:
    counts = Counter((entry.family, entry.kind) for entry in entries)
    families = list(dict.fromkeys(entry.family for entry in sorted(entries, key=lambda entry: entry.family)))
    rows = [(family, *(counts[family, kind] for kind in _KINDS)) for family in families]
    rows.append(("all", *(sum(counts[family, kind] for family in families) for kind in _KINDS)))
    return Table("What came of them", ("format", *_KINDS), rows)


def _differences(wrong: Sequence[Entry]) -> Table:
    found: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for entry in wrong:
        cause = "+".join(entry.mutations if entry.cause is None else entry.cause) or _bare(entry.name)
        found[entry.family, entry.kind, cause, entry.where or entry.reason, reason(entry)].append(entry)
    rows = []
    for (family, kind, cause, where, why), these in sorted(
        found.items(), key=lambda pair: (pair[0][0], -len(pair[1]))
    ):
        numbers = ", ".join(str(entry.number) for entry in these[:_LISTED])
        more = f" and {len(these) - _LISTED} more" if len(these) > _LISTED else ""
        most = max(entry.bits for entry in these)
        rows.append((family, kind, cause, where, len(these), most, numbers + more, why or "**none**"))
    return Table(
        "Every difference",
        ("format", "kind", "comes from", "where", "files", "most bits", "numbers", "reason"),
        rows,
    )


def _bare(name: str) -> str:
    """How a file was made, without the values that make each one another."""
    return "made so: " + "-".join(
        part for part in name.split("-") if not any(sign.isdigit() for sign in part)
    )


def _undecided(entries: Sequence[Entry]) -> Table:
    counts = Counter(
        (entry.family, entry.reason, "+".join(entry.mutations) or "nothing")
        for entry in entries
        if entry.kind == judge.UNDECIDED and len(entry.mutations) <= 1
    )
    rows = [(*key, count) for key, count in sorted(counts.items(), key=lambda pair: (pair[0][0], -pair[1]))]
    return Table(
        "Shown and undecided, where one mutation at most was made",
        ("format", "reason", "mutation", "files"),
        rows,
    )


def _notes() -> list[str]:
    return [
        "`same`, `apart`, `turned`: the engine hashed the file. `hole`: refused in a way that lets it pass at"
        " a channel which every file goes through. `undecided`: refused, so that the operator's choice holds."
        " `faint`: nothing in it is clear enough. `hidden`: the browser shows nothing.",
        "A file is made again from its number: `drills.viewers.recipe.recipe(seed, number).made()`. Differing"
        " files lie under `artefacts/viewers`.",
        "Pixels come from a canvas without alpha and, for animations, from the browser's own `ImageDecoder`;"
        " frames that it refuses, which a damaged animation may still show in part, are not judged.",
    ]
