"""Public addresses of this room: a performer's own door, and what a receipt is checked with."""

from django.urls import path
from django.views.i18n import set_language

from consent.public import acts, performer, receipts

urlpatterns = [
    path("letter/language", set_language, name="letter-language"),
    path("letter/open/<str:token>", performer.open_letter, name="letter-open"),
    path("letter/return", performer.come_back, name="letter-return"),
    path("letter/<str:key>/passkeys", performer.passkeys_kept, name="letter-passkeys"),
    path("letter/<str:key>/passkeys/<str:passkey>/remove", performer.remove_passkey, name="letter-passkey-remove"),
    path("letter/<str:key>/leave", performer.leave, name="letter-leave"),
    path("letter/<str:key>/papers/<str:document>", performer.document, name="letter-paper"),
    path("letter/<str:key>/said/<str:word>", acts.said, name="letter-said"),
    path("letter/<str:key>/ask", acts.act, {"name": "ask"}, name="letter-question"),
    *[
        path(f"letter/<str:key>/consents/<str:grant>/{one.name}", acts.act, {"name": one.name}, name=f"letter-{one.name}")
        for one in acts.ACTS
    ],
    path(".well-known/did.json", receipts.did, name="did"),
    path(".well-known/jwks.json", receipts.key_set, name="receipt-keys"),
    path("status/<str:list>", receipts.status_list, name="status-list"),
    path("vocabulary", receipts.vocabulary, name="vocabulary"),
]
