"""The robustness bench: which altered copies of a picture are still found, and what is found wrongly.

In: pictures (code-made and package-shipped ones, or a folder), the versioned suite of alterations. Out:
recall by row and group for the peers and for us, false matches, cost, plots, `docs/bench/robustness.md`.
Next: the people who decide whether a threshold may change.
"""
