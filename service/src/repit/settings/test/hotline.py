"""Tests of a hotline: no table, page or setting of a platform.

In: the environment. Out: Django's settings. Next: pytest.
"""

from repit.hotline import settings as hotline
from repit.settings.base import *  # noqa: F403
from repit.settings.test import under_test

globals().update(under_test("repit.hotline.urls", hotline.WING))
