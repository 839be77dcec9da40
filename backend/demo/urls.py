from django.urls import path

from .views import become

urlpatterns = [path("become", become, name="demo-become")]
