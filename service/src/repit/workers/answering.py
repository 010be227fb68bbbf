"""What the answering process of a server loads.

In: nothing. Out: `application`. Next: granian.
"""

from repit.workers.serving import die_with_parent
from repit.wsgi import application

__all__ = ["application"]

die_with_parent()
