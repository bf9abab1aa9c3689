"""The window's addresses: front page, check a file, one credential, explanations, schemas, roots, a performer's letter."""

from django.urls import path

from provenance.public import letter, pages

urlpatterns = [
    path("", pages.front, name="front"),
    path("verify", pages.verify, name="verify"),
    path("c/<str:credential>.json", pages.credential_document, name="credential-document"),
    path("c/<str:credential>", pages.credential, name="credential"),
    path("letter/<str:key>/", letter.letter_page, name="letter"),
    path("how-to-read", pages.how_to_read, name="how-to-read"),
    path("problems/<str:code>", pages.problem, name="problem"),
    path("trust/registry", pages.roots, name="roots"),
    path("schemas/<slug:name>.json", pages.schema, name="schema"),
]
