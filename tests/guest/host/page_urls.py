from django.http import HttpResponse
from django.template import engines
from django.urls import path

from schema.view import GraphQLView
from talk.models import Conversation

from .schema import schema

TEMPLATE = "{% load talk %}<main>{% talk_chat conversation=conversation theme='dark' %}</main>"


def page(request):
    given = {"conversation": Conversation.objects.first()}
    return HttpResponse(engines["django"].from_string(TEMPLATE).render(given, request))


urlpatterns = [
    path("page", page),
    path("api/chat", GraphQLView.as_view(schema=schema), name="graphql"),
]
