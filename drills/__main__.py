"""`python -m drills NAME`: run one drill; exit code 0 only if everything held.

In: a name and how long, or how many. Out: a page under `docs/bench`, one JSON line. Next: a reader.
"""

import argparse
import importlib
import sys

NAMES = ("soak", "feed", "attack", "erasure", "joining", "viewers", "faults", "operator", "desk", "videos")


def main(arguments: list[str]) -> int:
    """Parse, run."""
    parser = argparse.ArgumentParser(prog="python -m drills", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument(
        "--minutes", type=float, help="how long; soak: 60, feed: 5 on each database, attack: 10"
    )
    parser.add_argument("--files", type=int, help="how many; viewers: 20,000, videos: 500")
    parser.add_argument("--browser", default="chromium", help="viewers: chromium or firefox")
    parser.add_argument("--seed", type=int, help="viewers, videos: which files")
    parser.add_argument("--only", type=int, nargs="+", default=(), help="viewers: a sheet of these numbers")
    chosen = parser.parse_args(arguments)
    drill = importlib.import_module(f"drills.{chosen.name}")
    if chosen.name == "viewers":
        seed = drill.SEED if chosen.seed is None else chosen.seed
        return int(drill.run_files(chosen.files or drill.FILES, chosen.browser, seed, chosen.only))
    if chosen.name == "videos":
        seed = drill.SEED if chosen.seed is None else chosen.seed
        return int(drill.run_files(chosen.files or drill.FILES, seed))
    return int(drill.run(chosen.minutes or getattr(drill, "MINUTES", 60.0)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
