"""The house's own addresses, and a few doors that only these tests have."""

from django.db import OperationalError
from django.http import HttpResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.errors import (
    AddressTooLong,
    Altered,
    Conflict,
    Fault,
    Gone,
    Invalid,
    NotAllowed,
    NotFetched,
    NotFound,
    Occupied,
    TooLarge,
    TooMany,
    Unavailable,
    Unmet,
    Unreadable,
    Unsupported,
)
from registry.permissions import limited_page
from registry.urls import *  # noqa: F403
from registry.urls import urlpatterns as house
from tests.registry.test_programs_sign_in import Shots

FAMILIES = {family.__name__: family for family in (
    AddressTooLong, Altered, Conflict, Gone, Invalid, NotAllowed, NotFetched, NotFound, Occupied, TooLarge, TooMany,
    Unavailable, Unmet, Unreadable, Unsupported)}  # fmt: skip


class Person(serializers.Serializer):
    alias = serializers.CharField()


class Shot(serializers.Serializer):
    code = serializers.CharField(max_length=6)
    frames = serializers.IntegerField()
    people = Person(many=True)


class Open(APIView):
    permission_classes = (AllowAny,)
    parser_classes = (JSONParser, MultiPartParser)

    def get(self, request):
        return Response({"well": True})

    def post(self, request):
        Shot(data=request.data).is_valid(raise_exception=True)
        return Response(status=201)


def fall(request, how):
    if how in FAMILIES:
        raise FAMILIES[how](
            "shot.refused", "The shot was refused.", errors=(Fault("/code", "shot.code", "Too long."),), shot="sh114")
    if how == "database":
        raise OperationalError("connection to server at 10.0.0.7 failed")
    raise RuntimeError("secret inner words")


class Falls(APIView):
    permission_classes = (AllowAny,)

    def get(self, request, how):
        return fall(request, how)


@limited_page("window")
def counted(request):
    return HttpResponse("well")


urlpatterns = [
    path("api/v1/shots", Shots.as_view()),
    path("api/v1/open", Open.as_view()),
    path("api/v1/falls/<str:how>", Falls.as_view()),
    path("falls/<str:how>", fall),
    path("counted", counted),
    *house,
]
