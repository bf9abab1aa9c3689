"""The addresses of the Soft Binding Resolution API below /api/softbinding/v1/, spelt as the C2PA spells them."""

from django.urls import path

from provenance.api import soft_binding

urlpatterns = [
    path("matches/byBinding", soft_binding.ByBinding.as_view(), name="match-by-binding"),
    path("matches/byContent", soft_binding.ByContent.as_view(), name="match-by-content"),
    path("matches/byReference", soft_binding.ByReference.as_view(), name="match-by-reference"),
    path("manifests", soft_binding.Manifests.as_view(), name="manifests"),
    # The part of a label that names a claim generator may hold a slash.
    path("manifests/<path:manifest>/receipts", soft_binding.Receipts.as_view(), name="manifest-receipts"),
    path("manifests/<path:manifest>", soft_binding.OneManifest.as_view(), name="manifest"),
    path("bindings", soft_binding.Bindings.as_view(), name="bindings"),
    path("services/supportedAlgorithms", soft_binding.SupportedAlgorithms.as_view(), name="soft-binding-algorithms"),
    path("services/capabilities", soft_binding.Capabilities.as_view(), name="soft-binding-capabilities"),
    path("services/status", soft_binding.Status.as_view(), name="soft-binding-status"),
]
