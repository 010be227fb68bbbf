"""The application for a WSGI server, with the settings of `DJANGO_SETTINGS_MODULE`.

In: the environment. Out: `application`. Next: granian.
"""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
