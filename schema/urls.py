"""The URL `graphql`, for a project's URLs."""

from django.urls import path

from . import schema
from .view import GraphQLView

urlpatterns = [path("graphql", GraphQLView.as_view(schema=schema), name="graphql")]
