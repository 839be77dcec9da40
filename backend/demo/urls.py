from django.urls import path

from .views import become, token

urlpatterns = [
    path("become", become, name="demo-become"),
    path("token", token, name="demo-token"),
]
