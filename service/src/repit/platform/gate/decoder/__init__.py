"""Strangers' media is opened in child processes that can neither crash, hang nor exhaust the gate.

In: the bytes of an upload. Out: `Look`, or why there is none. Next: `repit.platform.gate.matching`.
"""
