"""A hotline: cases, bank, feeds, pages.

In: the environment. Out: Django's settings. Next: Django.
"""

from repit.hotline import settings as hotline
from repit.settings.base import *  # noqa: F403
from repit.settings.base import installation

globals().update(installation("hotline.sqlite3", "repit.hotline.urls", hotline.WING))
