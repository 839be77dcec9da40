"""The ASGI application of this server: Django over HTTP, and GraphQL over WebSocket."""

import gc
import os

from django.core.asgi import get_asgi_application

from .daphne_requests import read_and_write_piece_by_piece
from .forms import leave_forms_to_django
from .startup import in_one_sentence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
with in_one_sentence():
    # This sets Django up, which has to come before the import of anything with models.
    http = get_asgi_application()

from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler

from schema import asgi

read_and_write_piece_by_piece()
leave_forms_to_django()

# In production the proxy serves what `collectstatic` collected.
with in_one_sentence():
    application = asgi.application(ASGIStaticFilesHandler(http) if settings.DEBUG else http)
if settings.WORKER:
    application = asgi.with_worker(application)

# Objects that exist now live as long as the process, so the garbage collector may skip them. By
# default it would also run several times for each page of messages.
gc.collect()
gc.freeze()
gc.set_threshold(20_000)
