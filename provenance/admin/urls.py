"""The desk's pages that join both rooms: the front page, consents that run out, and an ending with what it touches."""

from django.urls import path

from provenance.admin import ending, worklists

urlpatterns = [
    path("", worklists.front, name="desk"),
    path("running-out/", worklists.running_out, name="running-out"),
    path("consent/grant/<str:key>/ending/", ending.ending, name="ending"),
]
