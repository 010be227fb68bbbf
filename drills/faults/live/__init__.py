"""What goes wrong while an installation runs, and what it says of itself then.

In: real processes, begun once. Out: `known.FAULTS`, `judged.ask`. Next: `pages`, the test that does the same.
"""
