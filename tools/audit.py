"""Known weaknesses of what the locks name, asked of this machine's package indexes and of nobody else.

In: the locks (`sbom` reads them), the index that pip is set up for, the registry that npm is set up for, what
was judged in `advisories.toml`. Out: what was found, in words. Exit code 0: every part was asked about and
has no advisory; 1: some have one; 3: it could not be known. Next: a maintainer, before each release and once
a week.

Not knowing is never taken for good news: many mirrors hand out packages and no advisories. So each index is
first asked about a release that has had an advisory for years; one that does not tell of it is not believed
on any other.

No part of `make check`: what a commit is worth must not change overnight (docs/en/decisions.md).
"""

import argparse
import sys
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import audit_index
import audit_npm
from audit_words import Answer
from sbom import ROOT, python_parts

JUDGED: Final = Path("tools") / "advisories.toml"
CLEAN, FOUND, UNKNOWN = 0, 1, 3


def judged(root: Path, today: date) -> frozenset[str]:
    """Advisories that someone judged not to concern us, and that are not to be judged anew yet."""
    held = tomllib.loads((root / JUDGED).read_text(encoding="utf-8")).get("judged", [])
    return frozenset(entry["id"] for entry in held if entry["why"] and entry["until"] >= today)


def report(answer: Answer, left_out: frozenset[str]) -> int:
    """Say what was found; the exit code."""
    found = [advisory for advisory in answer.found if not left_out & {advisory.id, *advisory.aliases}]
    for advisory in found:
        also = f" ({', '.join(advisory.aliases)})" if advisory.aliases else ""
        fixed = f"; mended in {', '.join(advisory.fixed_in)}" if advisory.fixed_in else "; not mended yet"
        sys.stdout.write(f"{advisory.name} {advisory.version}: {advisory.id}{also}{fixed}\n")
    judged_before = len(answer.found) - len(found)
    if answer.asked:
        also_judged = f", {judged_before} judged before" if judged_before else ""
        sys.stdout.write(
            f"{answer.what}: {answer.asked} parts asked about, {len(found)} advisories{also_judged}.\n"
        )
    if answer.unknown:
        sys.stdout.write(f"{answer.what}: COULD NOT KNOW: {answer.unknown}\n")
    return FOUND if found else UNKNOWN if answer.unknown else CLEAN


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--root", type=Path, default=ROOT)
    root: Path = parser.parse_args().root
    left_out = judged(root, datetime.now(UTC).date())
    parts = sorted({(part.name, part.version) for part in python_parts(root)})
    answers = [audit_index.asked(parts), audit_npm.asked(root / "browser")]
    codes = {report(answer, left_out) for answer in answers}
    if UNKNOWN in codes:
        sys.stdout.write(
            "This is not a pass. Ask from a machine whose index tells of advisories, or give the list of"
            " parts (`make sbom`) to a program that brings a list of its own.\n"
        )
    return FOUND if FOUND in codes else UNKNOWN if UNKNOWN in codes else CLEAN


if __name__ == "__main__":
    sys.exit(main())
