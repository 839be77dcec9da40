"""The URLs of this server: GraphQL, the admin, health checks, metrics and perhaps the demo."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from schema.metrics import metrics

from . import health
from .login import LoginForm

admin.site.login_form = LoginForm
urlpatterns = [
    path("", include("schema.urls")),
    path("", include("talk.contrib.files.urls")),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("healthz", health.live),
    path("readyz", health.ready),
    path("metrics", metrics),
]
if settings.DEMO:
    from .demo import views

    urlpatterns += [
        path("", views.chat, name="demo-chat"),
        path("demo/", include("backend.demo.urls")),
    ]
else:
    urlpatterns.append(path("", RedirectView.as_view(pattern_name="graphql")))
