"""The application for a WSGI server, with the settings of `DJANGO_SETTINGS_MODULE`.

In: the environment. Out: `application`. Next: whatever serves WSGI; `repit hotline` and `repit gate` bring
their own server (`foundation.process.front`).
"""

from repit.foundation.web import wsgi

application = wsgi.application()
