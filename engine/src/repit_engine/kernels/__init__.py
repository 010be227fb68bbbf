"""Number crunching behind the engine's rooms, twice: `reference` is slow and obvious, `jit` is fast.

In: arrays that a room has validated. Out: arrays. Next: the room that asked; nobody else imports kernels.
"""
