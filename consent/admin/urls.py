"""The desk's pages about consent that are not a list's own: copies for the performer."""

from django.urls import path

from consent.admin import receipts

urlpatterns = [
    path("consent/grant/<str:key>/copies/", receipts.copies, name="consent-copies"),
    path("registry/person/<str:key>/access-request/", receipts.access_request, name="access-request"),
]
