import gc
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
# Django is set up before anything that has models is imported.
http = get_asgi_application()

from django.conf import settings  # noqa: E402
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler  # noqa: E402

from schema import asgi  # noqa: E402

# In production the proxy serves what `collectstatic` collected.
application = asgi.application(ASGIStaticFilesHandler(http) if settings.DEBUG else http)

# What is loaded by now stays: no search for garbage has to walk through it again. And one every
# few hundred or thousand objects, as Python has it, would be several for one page.
gc.collect()
gc.freeze()
gc.set_threshold(20_000)
