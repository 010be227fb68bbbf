"""`python -m bench NAME`: run one benchmark, or all, against the peers installed in this environment.

In: a name and sizes. Out: tables, one JSON line a benchmark, pages under `docs/bench`. Next: a reader.
"""

import argparse
import importlib
import sys
from pathlib import Path

from bench.common import Options, publish

NAMES = (
    "hash",
    "search",
    "snapshot",
    "robustness",
    "overlays",
    "upload",
    "load",
    "browser",
    "freshness",
    "lock",
    "game",
    "video",
)


def main(arguments: list[str]) -> int:
    """Parse, run, publish."""
    defaults = Options()
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", choices=(*NAMES, "all"))
    parser.add_argument("--sizes", help="bank sizes in hashes, such as 1M,10M,42M")
    parser.add_argument(
        "--threads", type=int, default=defaults.threads, help="threads of us and of every peer"
    )
    parser.add_argument(
        "--seconds", type=float, default=defaults.seconds, help="time of one measurement, about"
    )
    parser.add_argument("--runs", type=int, default=defaults.runs, help="runs of what takes a while each")
    parser.add_argument("--pictures", type=Path, help="folder of pictures of your own")
    parser.add_argument("--videos", type=Path, help="folder of clips filmed by hand")
    parser.add_argument(
        "--scale", choices=("quick", "standard", "full"), default=defaults.scale, help="how much of video"
    )
    parser.add_argument("--out", type=Path, default=defaults.out, help="where pages are written")
    parser.add_argument("--only", help="parts or peers to run, with commas")
    chosen = parser.parse_args(arguments)
    given = tuple(_size(text) for text in chosen.sizes.split(",")) if chosen.sizes else ()
    options = Options(
        sizes=given or defaults.sizes,
        threads=chosen.threads,
        seconds=chosen.seconds,
        runs=chosen.runs,
        pictures=chosen.pictures,
        out=chosen.out,
        only=tuple(chosen.only.split(",")) if chosen.only else (),
        videos=chosen.videos,
        scale=chosen.scale,
        sizes_given=given,
    )
    for name in NAMES if chosen.name == "all" else (chosen.name,):
        command = f"make bench NAME={name} ARGS='{_arguments(chosen)}'".replace(" ARGS=''", "")
        publish(importlib.import_module(f"bench.{name}").run(options), options, command)
    return 0


def _arguments(chosen: argparse.Namespace) -> str:
    """The options that shaped the run; where it wrote and whose pictures it read stay out of the page."""
    arguments = {"sizes": chosen.sizes, "only": chosen.only}
    if chosen.name == "freshness":
        arguments |= {"runs": chosen.runs}
    elif chosen.name == "video":
        arguments |= {"scale": chosen.scale}
    else:
        arguments |= {"threads": chosen.threads, "seconds": chosen.seconds}
    return " ".join(f"--{name} {value}" for name, value in arguments.items() if value is not None)


def _size(text: str) -> int:
    scale = {"k": 1_000, "m": 1_000_000}.get(text[-1:].lower())
    return int(float(text[:-1]) * scale) if scale else int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
