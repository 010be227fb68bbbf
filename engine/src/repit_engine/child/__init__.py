"""Child processes, in which a hostile file can neither crash, hang nor exhaust whoever asks.

In: bytes, or a path. Out: what the child says of them, in time for certain and not trusted. Next:
`repit-scan`, a gate's decoders and classifier.

One notion for all of them. `process`: a child is two pipes and a way to end it, started with a bare
environment (no secret of its parent's). `confinement`: what it may take once its own code is loaded.
`serving`: its half of the talk, in the frames of `repit_engine.pipe`. `asking`: a child for one asker at a
time, ended when a file outlasts its time, and replaced. `hashing`: the plainest such child. A gate keeps many
and makes them as copies of one process (`repit.platform.gate.decoder`): another way to come by the same
`Child`.
"""
