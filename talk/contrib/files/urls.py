"""The URLs of uploads and downloads, for a project's URLs."""

from django.urls import path

from .receiving import upload
from .serving import download

app_name = "talk_files"
urlpatterns = [
    path("talk/files/upload/<str:token>", upload, name="upload"),
    path("talk/files/<str:token>", download, name="download"),
]
