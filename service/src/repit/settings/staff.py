"""How members of staff sign in: Django's and allauth's settings, the same on every installation.

In: nothing. Out: Django's settings. Next: `base`. Sessions exist under /staff/ only, where the cookie goes.
"""

AUTH_USER_MODEL = "staff.Member"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name"]},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "staff-home"

CSRF_FAILURE_VIEW = "repit.foundation.staff.drafts.from_an_earlier_sign_in"

SESSION_ENGINE = "repit.foundation.staff.sessions"
SESSION_COOKIE_NAME = "repit_staff"
SESSION_COOKIE_PATH = "/staff/"
# Each request moves the end of the session on; without this only those that change it would.
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = False

ACCOUNT_ADAPTER = "repit.foundation.staff.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "name"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
# allauth counts in one process's memory; `guessing` counts in the database and holds no member up.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
ACCOUNT_FORMS = {"change_password": "repit.foundation.staff.forms.ChangePasswordForm"}

MFA_ADAPTER = "repit.foundation.staff.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Répit"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "repit.foundation.staff.forms.CodeForm",
    "reauthenticate": "repit.foundation.staff.forms.CodeAgainForm",
    "activate_totp": "repit.foundation.staff.forms.NewAppForm",
    "login_webauthn": "repit.foundation.staff.forms.LoginForm",
    "authenticate_webauthn": "repit.foundation.staff.forms.AuthenticateForm",
    "reauthenticate_webauthn": "repit.foundation.staff.forms.ReauthenticateForm",
    "add_webauthn": "repit.foundation.staff.forms.AddForm",
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
