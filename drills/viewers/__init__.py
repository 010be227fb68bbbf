"""Mutated files of every format, shown in a browser and looked at by the engine: do both see the same?

In: a seed and how many files. Out: the page `docs/bench/viewers.md`, differing files under `artefacts`.
Next: a reader.
"""
