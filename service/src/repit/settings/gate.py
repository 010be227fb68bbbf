"""A platform: gate, its decisions.

In: the environment. Out: Django's settings. Next: Django.
"""

from repit.settings.base import *  # noqa: F403
from repit.settings.base import installation

globals().update(installation("gate"))
