"""The addresses of this room below /api/v1/."""

from django.urls import path

from consent.api import batch, clearances

urlpatterns = [
    path("clearances", clearances.Clearances.as_view(), name="clearances"),
    path("clearances/batch", batch.Batch.as_view(), name="clearances-batch"),
    path("clearances/shot-list.csv", batch.Template.as_view(), name="shot-list"),
    path("clearances/<str:clearance>", clearances.Clearance.as_view(), name="clearance"),
]
