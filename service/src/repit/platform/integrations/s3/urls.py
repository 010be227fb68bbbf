"""The paths that storage calls.

In: paths. Out: views. Next: `repit.platform.urls`.
"""

from django.urls import path

from repit.platform.integrations.s3 import views

urlpatterns = [path("s3/events", views.events)]
