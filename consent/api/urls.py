"""The addresses of this room below /api/v1/."""

from django.urls import path

from consent.api import clearances

urlpatterns = [
    path("clearances", clearances.Clearances.as_view(), name="clearances"),
    path("clearances/<str:clearance>", clearances.Clearance.as_view(), name="clearance"),
]
