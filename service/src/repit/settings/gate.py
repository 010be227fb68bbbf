"""A platform: gate, review, integrations.

In: the environment. Out: Django's settings. Next: Django.
"""

from repit.platform import settings as platform
from repit.settings.base import *  # noqa: F403
from repit.settings.base import installation

globals().update(installation("gate.sqlite3", "repit.platform.urls", platform.WING))
