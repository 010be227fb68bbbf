"""Backups that expose nothing, and restoring them, for hotlines and gates alike.

In: the database, the files of keys that rooms name, the public half of an offline key. Out: sealed files; an
empty database filled again, bit for bit. Next: `repit.safekeeping`, the commands.

A backup holds every row as it lies sealed in the database, and is itself sealed to the offline key: the
machine that makes backups cannot open them. The operator's key and the files of keys are never in it. Those
files go into copies of their own, of which only the newest is kept: whoever erases a case, or withdraws an
item, relies on it. What was erased since a backup is erased again as soon as that is put back.
"""
