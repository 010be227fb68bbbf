"""Open every file of the corpus, in a process of its own, so that a crash or a hang is seen as what it is.

Two seconds of processor time a file, or SIGPROF ends the process; 3 GiB of address space. Writes one line
of JSON before each file, and a last one with the counts and the peak of resident memory.
"""

import json
import resource
import signal
import sys
import time
from collections import Counter

import fuzz_corpus
import numpy as np

from repit_engine.child.process import MEMORY
from repit_engine.errors import PictureRefused
from repit_engine.views import open_views


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    files = list(fuzz_corpus.corpus())
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    counts: Counter[str] = Counter()
    slowest = (0.0, "")
    for name, data in files:
        sys.stdout.write(json.dumps({"file": name}) + "\n")
        sys.stdout.flush()
        signal.setitimer(signal.ITIMER_PROF, 2.0)
        start = time.process_time()
        try:
            picture = open_views(data).shown
        except PictureRefused as refusal:
            counts[refusal.code] += 1
        else:
            counts["read"] += 1
            luma, shrink = picture.luma, picture.shrink
            if luma.shape != (-(-picture.height // shrink), -(-picture.width // shrink)):
                raise RuntimeError(f"{name}: {luma.shape} of {picture!r}")
            if not (np.isfinite(luma).all() and float(luma.min()) >= 0 and float(luma.max()) <= 255.01):
                raise RuntimeError(f"{name}: luma out of range")
        signal.setitimer(signal.ITIMER_PROF, 0)
        slowest = max(slowest, (time.process_time() - start, name))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = {
        "files": len(files),
        "counts": counts,
        "slowest": slowest,
        "before_kib": before,
        "peak_kib": peak,
    }
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
