"""The addresses of the vendor's own page, below /vendor/."""

from django.urls import path

from provenance.vendor import asking, assets, board, entrance, evidence, productions, programs, sending, webhooks

urlpatterns = [
    path("", board.board, name="vendor-board"),
    path("choose/", entrance.choose, name="vendor-choose"),
    path("sent/", board.sent, name="vendor-sent"),
    path("ask/", asking.choose_work, name="vendor-ask"),
    path("productions/<str:production>/", productions.production, name="vendor-production"),
    path("productions/<str:production>/ask/", asking.ask, name="vendor-ask-of"),
    path("productions/<str:production>/send/", sending.send, name="vendor-send"),
    path("clearances/<str:key>/", asking.answer, name="vendor-clearance"),
    path("assets/<str:key>/", assets.asset, name="vendor-asset"),
    path("assets/<str:key>/evidence/", evidence.send, name="vendor-evidence"),
    path("assets/<str:key>/signed", assets.content, name="vendor-content"),
    path("assets/<str:key>/sidecar", assets.sidecar, name="vendor-sidecar"),
    path("programs/", programs.programs, name="vendor-programs"),
    path("programs/register/", programs.register, name="vendor-program-register"),
    path("programs/<str:key>/", programs.program, name="vendor-program"),
    path("programs/<str:key>/renew/", programs.renew, name="vendor-program-renew"),
    path("programs/<str:key>/revoke/", programs.revoke, name="vendor-program-revoke"),
    path("webhooks/", webhooks.webhooks, name="vendor-webhooks"),
    path("webhooks/add/", webhooks.add, name="vendor-webhook-add"),
    path("webhooks/<str:key>/", webhooks.webhook, name="vendor-webhook"),
    path("webhooks/<str:key>/change/", webhooks.change, name="vendor-webhook-change"),
    path("webhooks/<str:key>/switch/", webhooks.switch, name="vendor-webhook-switch"),
    path("webhooks/<str:key>/rotate/", webhooks.rotate, name="vendor-webhook-rotate"),
    path("webhooks/<str:key>/delete/", webhooks.remove, name="vendor-webhook-delete"),
    path("webhooks/<str:key>/test/", webhooks.test, name="vendor-webhook-test"),
    path("webhooks/<str:key>/replay/", webhooks.replay, name="vendor-webhook-replay"),
    path("webhooks/<str:key>/deliveries/<str:which>/", webhooks.delivery, name="vendor-webhook-delivery"),
]
