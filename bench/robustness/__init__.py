"""The robustness bench: which altered copies of a picture are still found, and what is found wrongly.

In: pictures (drawn and package-shipped ones, or a folder), the versioned suite. Out: recall by row and group
for the peers and for us, false matches, cost, plots, `docs/bench/robustness.md`. Next: those who decide
whether a threshold may change.
"""

from bench.common import Options, Report


def run(options: Options) -> Report:
    """As `python -m bench robustness`; `python -m bench.robustness` is the quick look."""
    # the suite's modules are used by tests too, which have neither OpenCV nor threatexchange
    from bench.robustness.report import report  # noqa: PLC0415

    return report(options)
