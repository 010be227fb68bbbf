"""The application for a WSGI server, with the settings of `DJANGO_SETTINGS_MODULE`.

In: the environment. Out: `application`. Next: granian.
"""

from repit.foundation import wsgi

application = wsgi.application()
