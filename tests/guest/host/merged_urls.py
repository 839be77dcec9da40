from django.urls import path

from schema.view import GraphQLView

from .merged_schema import schema

urlpatterns = [path("graphql", GraphQLView.as_view(schema=schema))]
