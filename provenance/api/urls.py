"""The addresses of this room below /api/v1/."""

from django.urls import path

from provenance.api import verifications

urlpatterns = [
    path("verifications", verifications.Verifications.as_view(), name="verifications"),
    path("verifications/by-hash/<str:sha256>", verifications.VerificationByHash.as_view(), name="verification-by-hash"),
]
