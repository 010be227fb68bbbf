"""Refusals of the front.

    RequestRefused
    ├── TooManyStreams   one subscriber reads more long answers at once than it may
    └── TooManyWaiting   one subscriber has more requests waiting for changes than it may

In: what went wrong before a view was asked. Out: errors of the service's tree. Next: `gateway` answers.
"""

from repit.foundation.errors import RequestRefused, Text


class TooManyWaiting(RequestRefused):
    code = "too-many-waiting"
    status = 429
    message = Text(
        "Too many requests of one subscriber wait for changes.",
        "Trop de demandes d’un même abonné attendent des changements.",
    )
    next_step = Text(
        "Let one request wait at a time; a process of yours may ask for the others.",
        "Gardez une seule demande en attente ; un de vos processus peut demander pour les autres.",
    )


class TooManyStreams(RequestRefused):
    code = "too-many-streams"
    status = 429
    message = Text(
        "One subscriber reads too many long answers at once.",
        "Un même abonné lit trop de longues réponses à la fois.",
    )
    next_step = Text("Read one after the other.", "Lisez-les l’une après l’autre.")
