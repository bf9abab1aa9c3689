"""Addresses that programs know without asking (RFC 8615)."""

from django.urls import path

from provenance.api.soft_binding import service

urlpatterns = [
    path(".well-known/c2pa-soft-binding-resolution", service.WellKnown.as_view(), name="soft-binding-resolution"),
]
