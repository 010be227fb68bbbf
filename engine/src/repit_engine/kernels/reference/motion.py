"""Motion and still moments, written as docs/en/moments.md tells them: the oracle of `kernels.jit.motion` and
`moments.motion`.

In: luma as rows of numbers, times. Out: thumbnails, rates, still moments. Next: tests only. Python's own
integers and fractions; everything is kept and nothing streams.
"""

import math
from collections.abc import Sequence
from fractions import Fraction

Luma = Sequence[Sequence[float]]
Thumb = list[int]


def thumbnail(luma: Luma) -> Thumb:
    """Section 2."""
    height, width = len(luma), len(luma[0])
    step = max(1, min(height, width) // 128)
    rows = [luma[y] for y in range(step // 2, height, step)]
    read = [
        [math.floor(4 * Fraction(row[x]) + Fraction(1, 2)) for x in range(step // 2, width, step)]
        for row in rows
    ]
    means = {
        (j, i): _mean([read[y][x] for y in _cell(j, len(read)) for x in _cell(i, len(read[0]))])
        for j in range(2, 30)
        for i in range(2, 30)
    }
    middle = math.floor(Fraction(sum(means.values()), 784) + Fraction(1, 2))
    apart = [mean - middle for mean in means.values()]
    spread = math.isqrt(sum(d * d for d in apart) // 784) + 1024
    return [math.floor(Fraction(4096 * d, spread)) for d in apart]


def _cell(number: int, count: int) -> range:
    begin = number * count // 32
    return range(begin, max(begin + 1, (number + 1) * count // 32))


def _mean(levels: Sequence[int]) -> int:
    """Of quarters of a level, in 1/256, halves upwards."""
    return math.floor(Fraction(64 * sum(levels) + len(levels) // 2, len(levels)))


def rates(times: Sequence[int], thumbs: Sequence[Thumb]) -> list[int]:
    """Section 3."""

    def at(time: int) -> Thumb:
        if time in times:
            return thumbs[times.index(time)]
        later = min(i for i, other in enumerate(times) if other > time)
        share = Fraction(time - times[later - 1], times[later] - times[later - 1])
        return [
            a + math.floor((b - a) * share) for a, b in zip(thumbs[later - 1], thumbs[later], strict=True)
        ]

    result = []
    for time in times:
        begin, end = max(time - 110, times[0]), min(time + 110, times[-1])
        change = sum(abs(a - b) for a, b in zip(at(begin), at(end), strict=True))
        result.append(math.floor(Fraction(1024 * change, max(end - begin, 110))))
    return result


def stills(times: Sequence[int], moving: Sequence[int]) -> list[int]:
    """Section 4: their times."""
    return [
        time
        for i, time in enumerate(times)
        if all(moving[i] < moving[j] for j in range(i) if times[j] >= time - 150)
        and all(moving[i] <= moving[j] for j in range(i + 1, len(times)) if times[j] <= time + 150)
    ]


def chosen(times: Sequence[int], moving: Sequence[int], worth: Sequence[bool]) -> list[int]:
    """Section 6, steps 1 and 2: times of the frames that the bank's side takes."""
    length = 1000 * (1 + times[-1] // 16_384_000)
    quiet = set(stills(times, moving))
    result = []
    for second in sorted({time // length for time in times}):
        inside = [i for i, time in enumerate(times) if time // length == second and worth[i]]
        inside = [i for i in inside if times[i] in quiet] or inside
        if inside:
            result.append(times[min(inside, key=lambda i: (moving[i], times[i]))])
    return result
