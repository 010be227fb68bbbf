"""Who comes in, who waits and who is told to come back: one way of saying so, wherever something is scarce.

In: what arrives, each with its sender. Out: a place, a turn, or `Busy`. Next: `foundation.process.front`,
`repit.platform.gate.admission`, the gate's decoders.

`room`: memory, of which whoever costs most gives way. `fairness`: a queue in which senders take turns.
`lanes`: threads, handed out by such a queue.
"""
