"""The WSGI entry point that the web server loads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "utbud.settings")
application = get_wsgi_application()

from utbud.web.counting import counter  # noqa: E402 - it has models, which are there now

counter.by_itself = True
