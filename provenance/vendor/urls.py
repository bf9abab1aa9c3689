"""The addresses of the vendor's own page, below /vendor/."""

from django.urls import path

from provenance.vendor import asking, assets, board, entrance, productions, programs, sending

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
    path("assets/<str:key>/signed", assets.content, name="vendor-content"),
    path("assets/<str:key>/sidecar", assets.sidecar, name="vendor-sidecar"),
    path("programs/", programs.programs, name="vendor-programs"),
    path("programs/register/", programs.register, name="vendor-program-register"),
    path("programs/<str:key>/", programs.program, name="vendor-program"),
    path("programs/<str:key>/renew/", programs.renew, name="vendor-program-renew"),
    path("programs/<str:key>/revoke/", programs.revoke, name="vendor-program-revoke"),
]
