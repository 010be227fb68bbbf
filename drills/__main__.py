"""`python -m drills NAME`: run one drill; exit code 0 only if everything held.

In: a name and how long. Out: a page under `docs/bench`, one JSON line. Next: a reader.
"""

import argparse
import importlib
import sys

NAMES = ("soak",)


def main(arguments: list[str]) -> int:
    """Parse, run."""
    parser = argparse.ArgumentParser(prog="python -m drills", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--minutes", type=float, default=60.0, help="how long, an hour if not said")
    chosen = parser.parse_args(arguments)
    return int(importlib.import_module(f"drills.{chosen.name}").run(chosen.minutes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
