"""The addresses of this room below /api/v1/."""

from django.urls import path

from provenance.api import (
    assets,
    batches,
    declarations,
    disclosures,
    evidence,
    productions,
    sandbox,
    status_list,
    suggestions,
    uploads,
    verifications,
)

urlpatterns = [
    path("verifications/by-hash/<str:sha256>", verifications.VerificationByHash.as_view(), name="verification-by-hash"),
    path("productions", productions.Productions.as_view(), name="productions"),
    path("productions/<str:production>", productions.OneProduction.as_view(), name="production"),
    path("assets", assets.Assets.as_view(), name="assets"),
    path("assets/batch", batches.Batch.as_view(), name="assets-batch"),
    path("assets/<str:asset>", assets.OneAsset.as_view(), name="asset"),
    path("assets/<str:asset>/evidence", evidence.Evidence.as_view(), name="asset-evidence"),
    path("assets/<str:asset>/content", assets.Content.as_view(), name="asset-content"),
    path("assets/<str:asset>/sidecar", assets.Sidecar.as_view(), name="asset-sidecar"),
    path("declarations/check", declarations.Checks.as_view(), name="declaration-checks"),
    path("assets/<str:asset>/sequence", assets.SequenceIndex.as_view(), name="asset-sequence"),
    path("assets/<str:asset>/frames", assets.Frames.as_view(), name="asset-frames"),
    path("assets/<str:asset>/frames/<str:number>", assets.OneFrame.as_view(), name="asset-frame"),
    path("uploads", uploads.Uploads.as_view(), name="uploads"),
    path("uploads/<str:upload>", uploads.OneUpload.as_view(), name="upload"),
    path("uploads/<str:upload>/parts", uploads.Parts.as_view(), name="upload-parts"),
    path("uploads/<str:upload>/complete", uploads.Complete.as_view(), name="upload-complete"),
    path("assets/<str:asset>/sandbox-answer", sandbox.SandboxAnswer.as_view(), name="asset-sandbox-answer"),
    path("samples", sandbox.Samples.as_view(), name="samples"),
    path("samples/<str:name>", sandbox.SampleContent.as_view(), name="sample"),
    path("disclosures", disclosures.Changes.as_view(), name="disclosures"),
    path("disclosures/by-hash", disclosures.ByHash.as_view(), name="disclosures-by-hash"),
    path("disclosures/<str:credential>", disclosures.OneDisclosure.as_view(), name="disclosure"),
    path("status-list", status_list.StatusList.as_view(), name="platforms-status-list"),
    path("suggestions", suggestions.Suggestions.as_view(), name="suggestions"),
    path("verifications", verifications.Verifications.as_view(), name="verifications"),
]
