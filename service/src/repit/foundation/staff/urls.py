"""Addresses of the staff area, under /staff/. In: a path. Out: a view. Next: `repit.urls`.

Of allauth's addresses only those that are wanted: no sign-up, no mail, no password by mail.
"""

from allauth.account import views as account
from allauth.mfa.totp import views as totp
from csp.decorators import csp_update
from django.urls import include, path

from repit.foundation.staff import people, views

# A passkey's challenge is fetched; the square code of an authenticator app is a picture within the page.
_FETCHES = csp_update({"connect-src": ["'self'"]})
_SHOWS_CODE = csp_update({"img-src": ["data:"]})

urlpatterns = [
    path("", views.home, name="staff-home"),
    path("language/", views.language, name="language"),
    path("enrol/<str:secret>/", views.enrol, name="enrol"),
    path("let-in/<str:secret>/", views.let_in, name="let-in"),
    path("people/", people.people, name="staff-people"),
    path("login/", _FETCHES(account.login), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", views.nowhere, name="account_inactive"),
    path("signup/", views.nowhere, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/set/", views.nowhere, name="account_set_password"),
    path("second-factor/totp/activate/", _SHOWS_CODE(totp.activate_totp), name="mfa_activate_totp"),
    path("second-factor/", include("allauth.mfa.urls")),
]
