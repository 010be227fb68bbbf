"""Ten minutes of everything at once, on the machine's own cores: `make drill NAME=attack`.

In: minutes. Out: 0 if banked uploads were refused and pages came; the page `docs/bench/attack.md`. Next: a
reader. `attacked` starts what is attacked and measures, `opponents` attack it from a process of their own,
`visitors` are those for whom it must go on working.
"""

MINUTES = 10.0


def run(minutes: float) -> int:
    """The whole drill."""
    from drills.attack.attacked import run as attack  # noqa: PLC0415 - the opponents' process needs none of it

    return attack(minutes)
