from django.urls import path

from schema.view import GraphQLView

from .schema import inheriting_schema, schema

urlpatterns = [
    path("graphql", GraphQLView.as_view(schema=schema)),
    path("inheriting", GraphQLView.as_view(schema=inheriting_schema)),
]
