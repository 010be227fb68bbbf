"""A Répit gate in front of Synapse's media: `module: repit_synapse.Gate` in homeserver.yaml.

In: what Synapse loads. Out: `Gate`. Next: `module`.
"""

from repit_synapse.module import Gate

__all__ = ["Gate"]
