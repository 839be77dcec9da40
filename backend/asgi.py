import gc
import os

from django.core.asgi import get_asgi_application

from .forms import leave_forms_to_django
from .startup import in_one_sentence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
with in_one_sentence():
    # Django is set up before anything that has models is imported.
    http = get_asgi_application()

from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler

from schema import asgi

leave_forms_to_django()

# In production the proxy serves what `collectstatic` collected.
with in_one_sentence():
    application = asgi.application(ASGIStaticFilesHandler(http) if settings.DEBUG else http)

# What is loaded by now stays: no search for garbage has to walk through it again. And one every
# few hundred or thousand objects, as Python has it, would be several for one page.
gc.collect()
gc.freeze()
gc.set_threshold(20_000)
