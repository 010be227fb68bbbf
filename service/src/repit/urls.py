"""The addresses of an installation of both wings.

In: nothing. Out: Django's routes. Next: the views of each wing.
"""

from repit.hotline import urls as hotline
from repit.platform import urls as platform

urlpatterns = [*hotline.urlpatterns, *platform.OWN]
