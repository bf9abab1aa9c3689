"""The addresses of the Soft Binding Resolution API below /api/softbinding/v1/, spelt as the C2PA spells them."""

from django.urls import path

from provenance.api.soft_binding import asking, keeping, service

urlpatterns = [
    path("matches/byBinding", asking.ByBinding.as_view(), name="match-by-binding"),
    path("matches/byContent", asking.ByContent.as_view(), name="match-by-content"),
    path("matches/byReference", asking.ByReference.as_view(), name="match-by-reference"),
    path("manifests", keeping.Manifests.as_view(), name="manifests"),
    # The part of a label that names a claim generator may hold a slash.
    path("manifests/<path:manifest>/receipts", keeping.Receipts.as_view(), name="manifest-receipts"),
    path("manifests/<path:manifest>", keeping.OneManifest.as_view(), name="manifest"),
    path("bindings", keeping.Bindings.as_view(), name="bindings"),
    path("services/supportedAlgorithms", service.SupportedAlgorithms.as_view(), name="soft-binding-algorithms"),
    path("services/capabilities", service.Capabilities.as_view(), name="soft-binding-capabilities"),
    path("services/status", service.Status.as_view(), name="soft-binding-status"),
]
