"""Text that would do harm, followed to every address of the house: each is walked, or says here why there is nothing to see.

What a vendor may write, what strangers sign and report, and what receivers of webhooks answer, is put in wherever it can be.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import pytest
from django.contrib import admin
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from consent.performer import words
from provenance import concerns, tasks
from registry import logs, outbound
from registry.models import ApiClient, Organisation, Person, Production, WebhookDelivery
from registry.webhooks import courier
from tests import cast as people
from tests import letters, shots
from tests.assets import frames
from tests.desk import at_the_desk
from tests.provenance.test_concerns import SAID
from tests.provenance.test_frame_sequences import send as sequence
from tests.provenance.test_hostile_strings import (
    ADDRESS,
    CONTROLS,
    LINES,
    MARKUP,
    QUOTES,
    TURNED,
    foreign,
    harmless,
    hostile,
    one_line_each,
    plain,
    signed,
    written,  # noqa: F401
)
from tests.provenance.test_kept_checks import SEALED
from tests.provenance.test_suggestions import png
from tests.vendor.people import deliverer

pytestmark = pytest.mark.django_db
TEXT = f"{MARKUP}{QUOTES}"
# Not in what is declared: a name there would be refused.
ALIAS = "<b onmouseover=alert(2)>M. Vale</b>"
# What a receiver of webhooks may answer: it has no form that it could be refused by.
ANSWERED = f"{TEXT}{TURNED}{LINES}{CONTROLS}".encode()
SVG = "{http://www.w3.org/2000/svg}"
STYLE = f"{SVG}style"
DRAWN = {SVG + name for name in ("svg", "title", "desc", "rect", "text", "tspan", "g", "path", "a", "style")}
FRAMES = "<img src=x onerror=alert(1)>"
HEADERS = {"Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Date", "Message-ID",
           "Auto-Submitted"}  # fmt: skip
ALLOWED = {"vendor-choose": (200, 302), "vendor-ask": (200, 302), "ready": (200, 503)}
LONG_TEXTS = {"schema": 4_000}
KEPT = ("application/octet-stream", "application/c2pa", "application/zip")
HARMLESS = ("image/jpeg", "image/png", "text/javascript", "application/javascript", "application/x-pem-file",
            "application/jose", "application/pdf")  # fmt: skip


@dataclass
class World:
    """Who looks, and the ids of what they look at."""

    anybody: Client
    program: Any
    vendor: Client
    desk: Client
    performer: Client
    ids: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """Who opens an address, by which ids of the world, and with which question behind it."""

    who: str
    by: dict[str, str]
    asked: dict[str, str] = field(default_factory=dict)


def anybody(asked=None, **by):
    return Look("anybody", by, asked or {})


def program(**by):
    return Look("program", by)


def vendor(**by):
    return Look("vendor", by)


def desk(**by):
    return Look("desk", by)


def performer(**by):
    return Look("performer", by)


WALKED = {
    # The window
    "front": anybody(), "verify": anybody(), "how-to-read": anybody(), "transparency": anybody(),
    "transparency-document": anybody(), "transparency-table": anybody(), "vocabulary": anybody(), "roots": anybody(),
    "did": anybody(), "receipt-keys": anybody(), "problem": anybody(code="problem"), "schema": anybody(name="schema"),
    "credential": anybody(credential="credential"), "credential-document": anybody(credential="credential"),
    "credential-picture": anybody(credential="credential"), "credential-share": anybody(credential="credential"),
    "credential-badge": anybody(credential="credential"), "credential-code": anybody(credential="credential"),
    "credential-preview": anybody(credential="credential"), "credential-credit": anybody(credential="credential"),
    "badge-script": anybody(), "oembed": anybody({"url": "page"}), "raise-concern": anybody(credential="credential"),
    "concern": anybody(concern="concern", key="concern_key"), "title": anybody(production="production"),
    "title-document": anybody(production="production"), "title-table": anybody(production="production"),
    "kept-check": anybody(verdict="verdict"), "kept-check-document": anybody(verdict="verdict"),
    # The hatch, and what anybody asks of it
    "disclosures": anybody(), "disclosure": anybody(credential="credential"),
    "verification-by-hash": anybody(sha256="sha256"), "platforms-status-list": anybody(),
    "match-by-binding": anybody({"alg": "iscc", "value": "code"}), "manifest": anybody(manifest="manifest"),
    "soft-binding-algorithms": anybody(), "soft-binding-capabilities": anybody(), "soft-binding-status": anybody(),
    "soft-binding-resolution": anybody(), "live": anybody(), "ready": anybody(),
    "webhooks": program(), "webhook": program(webhook="webhook"), "webhook-deliveries": program(webhook="webhook"),
    "webhook-delivery": program(webhook="webhook", delivery="delivery"), "clearance": program(clearance="clearance"),
    "shot-list": program(), "productions": program(), "production": program(production="production"), "assets": program(),
    "asset": program(asset="asset"), "asset-content": program(asset="asset"), "asset-sequence": program(asset="sequence"),
    "asset-frames": program(asset="sequence"), "asset-frame": program(asset="sequence", number="frame"),
    "asset-sidecar": program(asset="sequence"),
    # The vendors' own page
    "vendor-board": vendor(), "vendor-choose": vendor(), "vendor-sent": vendor(), "vendor-ask": vendor(),
    "vendor-production": vendor(production="production"), "vendor-ask-of": vendor(production="production"),
    "vendor-send": vendor(production="production"), "vendor-clearance": vendor(key="clearance"),
    "vendor-asset": vendor(key="asset"), "vendor-content": vendor(key="asset"), "vendor-sidecar": vendor(key="sequence"),
    "vendor-programs": vendor(), "vendor-program-register": vendor(), "vendor-program": vendor(key="program"),
    "vendor-program-renew": vendor(key="program"), "vendor-program-revoke": vendor(key="program"), "vendor-webhooks": vendor(),
    "vendor-webhook-add": vendor(), "vendor-webhook": vendor(key="webhook"), "vendor-webhook-change": vendor(key="webhook"),
    "vendor-webhook-switch": vendor(key="webhook"), "vendor-webhook-rotate": vendor(key="webhook"),
    "vendor-webhook-delete": vendor(key="webhook"), "vendor-webhook-replay": vendor(key="webhook"),
    "vendor-webhook-delivery": vendor(key="webhook", which="delivery"),
    # The desk
    "desk": desk(), "turning-18": desk(), "running-out": desk(), "holds": desk(), "concerns": desk(),
    "concern-at-desk": desk(concern="concern"), "distribution": desk(), "figures": desk(), "figures-export": desk(),
    "usage-report": desk(), "usage-report-export": desk(), "evidence-of-production": desk(key="production"),
    "evidence-of-person": desk(key="person"), "human-performance": desk(key="production"),
    "human-performance-pdf": desk(key="production"), "ending": desk(key="grant"), "consent-copies": desk(key="grant"),
    "access-request": desk(key="person"), "copyright-statement": desk(key="asset"), "rules": desk(), "rule-facts": desk(),
    "asset-answer-measured": desk(key="asset"), "retention": desk(),
    # The performers' letter
    "letter": performer(key="letter"), "letter-question": performer(key="letter"),
    "letter-said": performer(key="letter", word="word"), "letter-end": performer(key="letter", grant="grant"),
    "letter-ask": performer(key="letter", grant="grant"), "letter-open": anybody(token="token"),
}  # fmt: skip
TAKES = "takes what is sent, and answers with what another address shows or with a problem document"
STATE = "is there only in a state of an asset or a consent that this world has not; what it shows is what the others show"
NAMELESS = "nothing of anybody's words is shown"
ELSEWHERE = {
    **dict.fromkeys((
        "token", "webhook-rotate", "webhook-test", "webhook-replay", "webhook-replay-since", "clearances", "clearances-batch",
        "assets-batch", "asset-evidence", "declaration-checks", "uploads", "upload", "upload-parts", "upload-complete",
        "asset-sandbox-answer", "disclosures-by-hash", "suggestions", "verifications", "match-by-content", "match-by-reference",
        "manifests", "bindings", "look-up", "keep-check", "letter-language", "letter-leave", "vendor-webhook-test",
        "queue-asset-again", "set-hold",
    ), TAKES),
    **dict.fromkeys((
        "decide-asset", "asset-measured-picture", "compare-asset", "asset-likeness-picture", "propose-determination",
        "second-determination", "distribution-errand", "distribution-notice", "letter-agree", "letter-decline", "letter-stay",
        "letter-paper", "evidence-pack", "evidence-pack-file", "manifest-receipts", "status-list", "trust-list",
    ), STATE),
    **dict.fromkeys(("api-docs", "openapi", "samples", "sample", "rule-pack", "adopt-pack"), NAMELESS),
}  # fmt: skip
# Somebody else's pages (allauth), to which nothing of this is ever given but the name a member has.
ACCOUNTS = re.compile(r"account_\w+|mfa_\w+|onward")


def addresses(resolver):
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one) if one.namespace != "admin" else ()
        elif isinstance(one, URLPattern):
            yield one.name


def test_every_address_is_walked_or_says_why_not():
    found = {name for name in addresses(get_resolver()) if not ACCOUNTS.fullmatch(name)}
    assert found == WALKED.keys() | ELSEWHERE.keys(), found ^ (WALKED.keys() | ELSEWHERE.keys())
    assert not WALKED.keys() & ELSEWHERE.keys()


@pytest.fixture
def world(studio, hatch, tmp_path, settings):
    """A house in which everybody who may write anything wrote something hostile."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.WEBHOOK_TEST_SECONDS = 0
    visitor, grant = Client(), people.verified(studio, at=timezone.now())
    Production.objects.update(title=TEXT, is_public=True, shows_places=True)
    Organisation.objects.filter(pk=studio.parallax.pk).update(name=TEXT)
    Organisation.objects.filter(pk=studio.northlight.pk).update(name=QUOTES)
    Person.objects.update(alias=ALIAS)
    ApiClient.objects.update(name=TEXT)
    asset, _ = signed(hatch, visitor, hostile(studio, TEXT), TEXT)
    made = World(visitor, hatch, at_the_desk(deliverer("vera", TEXT[:50], studio.parallax)), at_the_desk(studio.ines), Client())
    made.ids |= {
        "asset": asset.public_id, "credential": asset.credential.public_id, "production": studio.harbor.public_id,
        "person": studio.mira.public_id, "grant": grant.public_id, "sha256": asset.credential.sha256,
        "page": f"{settings.SITE_URL}/c/{asset.credential.public_id}", "problem": "request.parameter", "schema": "report-1",
        "program": ApiClient.objects.get().client_id, "manifest": asset.credential.manifest_label,
    }  # fmt: skip
    made.ids |= _of_a_sequence(studio, hatch) | _of_a_webhook(hatch) | _of_a_concern(visitor, asset.credential)
    made.ids |= _of_a_check(visitor, foreign(tmp_path, TEXT, known=True)) | _of_a_clearance(studio, hatch)
    made.ids |= _of_a_letter(studio, made.performer)
    return made


def _of_a_sequence(studio, hatch):
    files = {f"{FRAMES}.{number}.exr": frames.exr(number) for number in (1001, 1002)}
    declared = shots.declaration(studio, ingredients=[], title=TEXT)
    sent = sequence(hatch, declared, files)
    assert sent.status_code == 202, sent.content
    shots.work()
    return {"sequence": sent.json()["id"], "frame": "1001"}


def _of_a_webhook(hatch):
    """One that was told of something, and what its receiver answered."""
    made = hatch.post("/api/v1/webhooks", {"address": "https://hooks.parallax.example/countersign", "description": TEXT})
    assert made.status_code == 201, made.content
    hook = made.json()["id"]
    hatch.post(f"/api/v1/webhooks/{hook}/test")
    courier.carry(clock=timezone.now, post=lambda *_: outbound.Answer(500, {}, ANSWERED, False))
    return {"webhook": hook, "delivery": WebhookDelivery.objects.get().public_id}


def _of_a_concern(visitor, credential):
    """A concern as somebody wrote it, by mail too."""
    said = SAID | {"statement": f"{TEXT}\n{ADDRESS}", "where": ADDRESS, "name": TEXT}
    sent = visitor.post(f"/c/{credential.public_id}/concern", said)
    assert sent.status_code == 302, sent.content
    for concern, about in concerns.to_mail(at=timezone.now()):
        tasks.mail_about_concern(concern, about)
    _, _, concern, key = sent["Location"].split("?")[0].split("/")
    return {"concern": concern, "concern_key": key}


def _of_a_check(visitor, content):
    """The check of a file that others signed, kept."""
    page = visitor.post("/verify", {"file": SimpleUploadedFile(TEXT, content)})
    return {"verdict": visitor.post("/v", {"sealed": SEALED.search(page.content.decode())[1]})["Location"].rpartition("/")[2]}


def _of_a_clearance(studio, hatch):
    asked = {"production": studio.harbor.public_id, "depictions": [
        {"person": studio.mira.public_id, "role": "target_likeness", "modality": "face", "use": "de_aging"}]}  # fmt: skip
    return {"clearance": plain(hatch.post("/api/v1/clearances", asked))["id"]}


def _of_a_letter(studio, browser):
    """A letter, and a question in it; and the link to another that nobody has opened."""
    letter = letters.made(studio)
    letter.opened(browser)
    words.ask(letter.link, text=TEXT, once="x" * 20, at=timezone.now())
    other = letters.made(studio, letters.speaker(studio, studio.mira, "agent", party="Ana Kern"))
    return {"letter": letter.link.public_id, "word": letter.link.words.get().public_id, "token": other.token}


def test_nothing_of_it_runs_breaks_or_turns_at_any_address(world, written):  # noqa: F811
    told = ""
    for name, look in WALKED.items():
        address = reverse(name, kwargs={kwarg: world.ids[which] for kwarg, which in look.by.items()})
        asked = {key: world.ids.get(which, which) for key, which in look.asked.items()}
        answer = getattr(world, look.who).get(address, asked, HTTP_ACCEPT="text/html, application/json;q=0.9")
        assert answer.status_code in ALLOWED.get(name, (200,)), (name, answer.status_code, answer.content[:300])
        told += _harmless(name, answer)
    assert told.count(TEXT) > 40, "what was written is not shown as it was written"
    _mailed()
    one_line_each(written())


def test_nor_in_any_list_of_the_desk_or_on_the_page_of_one_of_its_rows(world, written):  # noqa: F811
    seen = 0
    for model, of_it in admin.site._registry.items():
        start = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        lists = world.desk.get(reverse(f"{start}_changelist"))
        if lists.status_code == 200:
            seen += harmless(lists).text.count(TEXT)
        for row in of_it.model._default_manager.all()[:3]:
            one = world.desk.get(reverse(f"{start}_change", args=[getattr(row, "public_id", row.pk)]))
            assert one.status_code in (200, 302, 403, 404), (model, one.status_code)
            seen += harmless(one).text.count(TEXT) if one.status_code == 200 else 0
    assert seen > 10
    one_line_each(written())


def _harmless(name, answer):
    """The words of an answer, once nothing in it can be run, by whatever it is."""
    kind = answer.get("Content-Type", "").partition(";")[0]
    if answer.status_code in (302, 303):
        return ""
    if kind == "text/html":
        return harmless(answer).text
    if kind.endswith("json") and not answer.streaming:
        plain(answer, longest=LONG_TEXTS.get(name, 1024))
        return ""
    assert answer["X-Content-Type-Options"] == "nosniff", name
    content = b"".join(answer) if answer.streaming else answer.content
    if kind == "image/svg+xml":
        for one in ElementTree.fromstring(content).iter():
            assert one.tag in DRAWN and not any(attribute.startswith("on") for attribute in one.keys()), (name, one.tag)
            assert one.tag != STYLE or "onerror" not in one.text, name
    elif kind in ("text/plain", "text/csv"):
        assert not logs.UNSEEN.search(re.sub(r"[\r\n\t]", "", content.decode())), name
    elif kind in KEPT or answer.streaming:
        assert answer["Content-Disposition"].startswith("attachment"), name
    else:
        assert kind in HARMLESS, (name, kind)
        assert MARKUP.encode() not in content, name
    return ""


def _mailed():
    assert mail.outbox, "nobody was written to"
    for one in mail.outbox:
        assert not logs.UNSEEN.search(one.subject) and "\n" not in one.subject and one.content_subtype == "plain"
        assert set(one.message().keys()) <= HEADERS, one.message().keys()


def test_what_files_tell_of_their_making_is_text_in_suggestions(hatch, written):  # noqa: F811
    graph = {"1": {"class_type": TEXT, "inputs": {"ckpt_name": f"{TEXT}{TURNED}"}},
             "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": f"{TEXT}{TURNED}{LINES}"}}}  # fmt: skip
    settings_of_a_web_ui = f"{TEXT}\nSteps: 3, Model: {TEXT}, Version: {MARKUP}"
    for texts in ({"prompt": json.dumps(graph)}, {"parameters": settings_of_a_web_ui}, {MARKUP[:20]: TEXT}):
        answer = hatch.post("/api/v1/suggestions", {"file": SimpleUploadedFile(TEXT, png(**texts))}, format="multipart")
        assert answer.status_code == 200, answer.content
        plain(answer)
    one_line_each(written())
