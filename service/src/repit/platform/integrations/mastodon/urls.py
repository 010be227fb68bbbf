"""The webhook's address.

In: nothing. Out: a route. Next: `repit.platform.urls`.
"""

from django.urls import path

from repit.platform.integrations.mastodon import views

urlpatterns = [path("v1/hooks/mastodon", views.hook)]
