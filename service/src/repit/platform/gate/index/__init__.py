"""Every hash that a gate knows, searched: `protocol` says what an index gives, `live` is the one in memory.

In: `KnownEntry`. Out: which items lie near a hash, or are the same file. Next: `matching`, `altered`. Only
`platform.assembly` names an implementation.
"""
