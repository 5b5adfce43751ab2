"""What a WSGI server serves: `granian --interface wsgi auren_admin.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auren_admin.settings")

application = get_wsgi_application()
