"""A small organisation that runs hotline and gate in one process.

In: the environment. Out: Django's settings. Next: Django.
"""

import os

from repit.hotline import settings as hotline
from repit.platform import settings as platform
from repit.settings.base import *  # noqa: F403
from repit.settings.base import installation

globals().update(installation("hotline.sqlite3", "repit.urls", hotline.WING, platform.WING))
if not os.environ.get("REPIT_GATE_INDEX"):
    # The feed is at hand: a second copy of the hashes on the same disk would outlive nothing and help a
    # thief.
    REPIT_GATE_INDEX = "memory"
