"""The formats that browsers show, and some that they do not: how files are made and mutated.

In: dice. Out: `Family` values. Next: `recipe`.
"""
