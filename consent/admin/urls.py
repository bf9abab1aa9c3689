"""The desk's pages about consent that are not a list's own: copies for the performer, and the library of rules."""

from django.urls import path

from consent.admin import receipts, rules

urlpatterns = [
    path("consent/grant/<str:key>/copies/", receipts.copies, name="consent-copies"),
    path("registry/person/<str:key>/access-request/", receipts.access_request, name="access-request"),
    path("rules/", rules.library, name="rules"),
    path("rules/facts/", rules.facts, name="rule-facts"),
    path("rules/<str:studio>/<str:pack>/<str:version>/", rules.pack, name="rule-pack"),
]
