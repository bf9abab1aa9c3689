"""The window's addresses: front page, check a file, a credential, a title, explanations, schemas, roots, a letter."""

from django.urls import path

from provenance.public import letter, pages, titles

urlpatterns = [
    path("", pages.front, name="front"),
    path("verify", pages.verify, name="verify"),
    path("c/<str:credential>.json", pages.credential_document, name="credential-document"),
    path("c/<str:credential>/picture.jpg", pages.picture, name="credential-picture"),
    path("c/<str:credential>", pages.credential, name="credential"),
    path("t/<str:production>.json", titles.document, name="title-document"),
    path("t/<str:production>.csv", titles.table, name="title-table"),
    path("t/<str:production>", titles.page, name="title"),
    path("letter/<str:key>/", letter.letter_page, name="letter"),
    path("how-to-read", pages.how_to_read, name="how-to-read"),
    path("problems/<str:code>", pages.problem, name="problem"),
    path("trust/registry", pages.roots, name="roots"),
    path("schemas/<slug:name>.json", pages.schema, name="schema"),
]
