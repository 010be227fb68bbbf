"""The kernels compiled for a CPU without AVX answer alike."""

import os
import subprocess
import sys
import textwrap

ASK = textwrap.dedent(
    """
    import numpy as np
    import repit_engine.search.segment as segment
    segment.SMALLEST_WITH_TABLES = 1
    from repit_engine.kernels.reference.search import range_search
    from repit_engine.search import CompactIndex, FlatIndex, RingIndex
    rng = np.random.default_rng(2)
    bank = rng.integers(0, 256, (400, 32), np.uint8)
    ids = np.arange(400, dtype=np.uint64)
    flat = FlatIndex()
    flat.add(ids, bank)
    for radius in (10, 31, 46, 66, 110):
        queries = bank[:3] ^ np.packbits(rng.random((3, 256)) < radius / 256, axis=1)
        expected = range_search(ids, bank, queries, radius)
        for index in (flat, RingIndex.build(ids, bank), CompactIndex.build(ids, bank)):
            found = index.range_search(queries, radius)
            pairs = list(zip(found.distances.tolist(), found.ids.tolist()))
            if pairs != [pair for answer in expected for pair in answer]:
                raise SystemExit(f"differs at radius {radius}")
    print("alike")
    """
)


def test_a_cpu_without_vector_extensions_gives_the_same_answers(tmp_path) -> None:
    environment = {
        **os.environ,
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "",
        "NUMBA_CACHE_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.stdout.strip() == "alike", done.stderr
