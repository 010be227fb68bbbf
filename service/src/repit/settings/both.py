"""A small organisation that runs hotline and gate in one process.

In: the environment. Out: Django's settings. Next: Django.
"""

from repit.hotline import settings as hotline
from repit.platform import settings as platform
from repit.settings.base import *  # noqa: F403
from repit.settings.base import installation

globals().update(installation("hotline.sqlite3", "repit.urls", hotline.WING, platform.WING))
