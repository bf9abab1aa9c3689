"""The desk's pages that join rooms: what waits, comes of age, runs out; what an act touches; what is answered, handed out."""

from django.urls import path

from provenance.admin import (
    adopting,
    answers,
    distribution,
    ending,
    holds,
    likeness,
    measured,
    outputs,
    retention,
    worklists,
)

urlpatterns = [
    path("", worklists.front, name="desk"),
    path("turning-18/", worklists.turning_18, name="turning-18"),
    path("running-out/", worklists.running_out, name="running-out"),
    path("holds/", holds.switch, name="holds"),
    path("holds/<str:studio>/<str:subject>/<str:code>/", holds.set_hold, name="set-hold"),
    path("retention/", retention.preview, name="retention"),
    path("distribution/", distribution.errands, name="distribution"),
    path("distribution/<str:cause>/<str:party>/", distribution.errand, name="distribution-errand"),
    path("distribution/<str:cause>/<str:party>/notice.txt", distribution.notice, name="distribution-notice"),
    path("rules/<str:studio>/<str:pack>/<str:version>/<str:mode>/", adopting.adopt, name="adopt-pack"),
    path("usage/", outputs.usage_report, name="usage-report"),
    path("usage/usage.csv", outputs.usage_export, name="usage-report-export"),
    path("registry/production/<str:key>/evidence/", outputs.of_production, name="evidence-of-production"),
    path("registry/person/<str:key>/evidence/", outputs.of_person, name="evidence-of-person"),
    path("evidence/<str:key>/", outputs.evidence_pack, name="evidence-pack"),
    path("evidence/<str:key>/pack.zip", outputs.evidence_pack_file, name="evidence-pack-file"),
    path("registry/production/<str:key>/human-performance/", outputs.statement, name="human-performance"),
    path("registry/production/<str:key>/human-performance.pdf", outputs.statement_pdf, name="human-performance-pdf"),
    path("consent/grant/<str:key>/ending/", ending.ending, name="ending"),
    path("provenance/asset/<str:key>/copyright.txt", outputs.copyright_statement, name="copyright-statement"),
    path("provenance/asset/<str:key>/decide/", answers.decide_view, name="decide-asset"),
    path("provenance/asset/<str:key>/answer-measured/", measured.answer_view, name="asset-answer-measured"),
    path("provenance/asset/<str:key>/measured/<str:measuring>.png", measured.picture_view, name="asset-measured-picture"),
    path("provenance/asset/<str:key>/queue-again/", answers.queue_again_view, name="queue-asset-again"),
    path("provenance/asset/<str:key>/compare/", likeness.compare_view, name="compare-asset"),
    path("provenance/asset/<str:key>/likeness/<str:near>/<str:which>.jpg", likeness.picture_view, name="asset-likeness-picture"),
    path("provenance/asset/<str:key>/determine/", answers.propose_view, name="propose-determination"),
    path("provenance/asset/<str:key>/determine/<str:statement>/", answers.second_view, name="second-determination"),
]
