"""Addresses that programs know without asking (RFC 8615)."""

from django.urls import path

from provenance.api import soft_binding

urlpatterns = [
    path(
        ".well-known/c2pa-soft-binding-resolution", soft_binding.WellKnown.as_view(), name="soft-binding-resolution"
    ),
]  # fmt: skip
