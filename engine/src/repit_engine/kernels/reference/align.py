"""When an upload comes near a video's hashes, and what agrees with a line, slowly: the oracle of `align`.

In: hashes as rows of bytes, times. Out: plain lists. Next: tests only.
"""

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint8]


def apart(first: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    """Bits that differ."""
    return bin(int.from_bytes(first.tobytes(), "big") ^ int.from_bytes(other.tobytes(), "big")).count("1")


def sightings(
    queries: list[tuple[int, int, bool, NDArray[np.uint8]]],
    rows: Hashes,
    wholes: int,
    limits: tuple[int, int, int, int],
    most: int,
) -> list[tuple[int, int, int, int, int, int, int]]:
    """Row, first and last time, nearest query and its distance, first and last time nearly as near.

    `queries`: turn, time, whether of a whole frame, hash. `limits`: radius, gap in time, frames between,
    bits that are nearly as near. `most` of one row are kept, the nearest, then the first.
    """
    radius, gap, between, sharp = limits
    found = []
    for row, held in enumerate(rows):
        runs: list[list[int]] = []
        for at, (turn, time, _, hash_) in enumerate(queries):
            if apart(held, hash_) > radius:
                continue
            joins = False
            if runs:
                last = runs[-1][-1]
                passed = sum(whole for _, _, whole, _ in queries[last + 1 : at])
                joins = turn == queries[last][0] and time - queries[last][1] <= gap
                joins = joins and (row >= wholes or passed <= between)
            if joins:
                runs[-1].append(at)
            else:
                runs.append([at])
        of_row = []
        for run in runs:
            bits = [apart(held, queries[at][3]) for at in run]
            nearest = bits.index(min(bits))
            close = [at for at, value in zip(run, bits, strict=True) if value <= min(bits) + sharp]
            times = queries[run[0]][1], queries[run[-1]][1]
            of_row.append((row, *times, run[nearest], min(bits), queries[close[0]][1], queries[close[-1]][1]))
        found += sorted(of_row, key=lambda sighting: (sighting[4], sighting[3]))[:most]
    return found


def leaders(rows: Hashes, radius: int) -> list[int]:
    """For each row the first leader within `radius`, or itself, which then leads."""
    leading: list[int] = []
    led = []
    for row, held in enumerate(rows):
        near = [other for other in leading if apart(held, rows[other]) <= radius]
        led.append(near[0] if near else row)
        if not near:
            leading.append(row)
    return led


def score(
    points: list[tuple[float, float, float, float, float, int]],
    line: tuple[float, float],
    tolerance: float,
    bonus: float,
) -> float:
    """What agrees with a line. `points`: begin, end, first, last, weight, scene."""
    speed, offset = line
    best: dict[int, float] = {}
    more = 0.0
    for begin, end, first, last, weight, scene in points:
        edges = sorted([speed * begin + offset, speed * end + offset])
        off = max(0.0, first - edges[1], edges[0] - last) / tolerance
        if off <= 1:
            worth = weight * (1 - off**2 / 2)
            best[scene] = max(best.get(scene, 0.0), worth)
            more += bonus * worth
    return sum(best.values()) + more


def trace(
    moments: list[tuple[float, list[float], list[int]]], line: tuple[float, float], most: float, unseen: float
) -> float:
    """Bits between moments and the frames that a line foresees. `moments`: time, times of frames, bits."""
    speed, offset = line
    total = 0.0
    for first, times, bits in moments:
        wanted = (first - offset) / speed
        before = [at for at, time in enumerate(times) if time < wanted and wanted - time <= most]
        after = [at for at, time in enumerate(times) if time >= wanted and time - wanted <= most]
        cost = unseen
        if before and after:
            left, right = before[-1], after[0]
            share = (wanted - times[left]) / max(times[right] - times[left], 1e-9)
            cost = bits[right] * share + bits[left] * (1 - share)
        elif before or after:
            cost = float(bits[before[-1]] if before else bits[after[0]])
        total += min(cost, unseen)
    return total
