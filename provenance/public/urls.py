"""The window's addresses: front page, checks, kept checks, credentials, badges, titles, explanations, schemas, roots, letters."""

from django.urls import path

from provenance.public import badges, concerns, kept_checks, letter, pages, titles, transparency

urlpatterns = [
    path("", pages.front, name="front"),
    path("verify", pages.verify, name="verify"),
    path("look-up", pages.look_up, name="look-up"),
    path("c/<str:credential>.json", pages.credential_document, name="credential-document"),
    path("c/<str:credential>/picture.jpg", pages.picture, name="credential-picture"),
    path("c/<str:credential>/share", badges.share, name="credential-share"),
    path("c/<str:credential>/badge.svg", badges.picture, name="credential-badge"),
    path("c/<str:credential>/qr.svg", badges.code, name="credential-code"),
    path("c/<str:credential>/preview.png", badges.preview, name="credential-preview"),
    path("c/<str:credential>/credit.txt", badges.credit, name="credential-credit"),
    path("badge.js", badges.script, name="badge-script"),
    path("oembed", badges.oembed, name="oembed"),
    path("c/<str:credential>/concern", concerns.raise_one, name="raise-concern"),
    path("concern/<str:concern>/<str:key>", concerns.page, name="concern"),
    path("c/<str:credential>", pages.credential, name="credential"),
    path("t/<str:production>.json", titles.document, name="title-document"),
    path("t/<str:production>.csv", titles.table, name="title-table"),
    path("t/<str:production>", titles.page, name="title"),
    path("v", kept_checks.keep, name="keep-check"),
    path("v/<str:verdict>.json", kept_checks.document, name="kept-check-document"),
    path("v/<str:verdict>", kept_checks.page, name="kept-check"),
    path("letter/<str:key>/", letter.letter_page, name="letter"),
    path("how-to-read", pages.how_to_read, name="how-to-read"),
    path("problems/<str:code>", pages.problem, name="problem"),
    path("transparency", transparency.page, name="transparency"),
    path("transparency.json", transparency.document, name="transparency-document"),
    path("transparency.csv", transparency.table, name="transparency-table"),
    path("trust/registry", pages.roots, name="roots"),
    path("trust/<slug:name>", pages.trust_list, name="trust-list"),
    path("schemas/<slug:name>.json", pages.schema, name="schema"),
]
