"""Signing in at the desk and filling in its forms as a browser would, for tests of its pages."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import record_authentication
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client

from tests.cast import RIDER

FILES = "/admin/consent/grant/"


def at_the_desk(user) -> Client:
    """A browser of somebody who has just signed in, by password and second factor."""
    client = Client()
    client.force_login(user)
    request = HttpRequest()
    request.session = client.session
    for method in ("password", "mfa"):
        record_authentication(request, user, method)
    request.session.save()
    return client


def minutes_later(client: Client, minutes: float, *methods: str) -> Client:
    """The same browser when so many minutes have passed since its user showed who they are, by these methods or any."""
    session = client.session
    for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        if not methods or record["method"] in methods:
            record["at"] = time.time() - minutes * 60
    session.save()
    return client


def rider(name="rider.pdf", content=RIDER.content):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def line(number=0, **changes):
    """One rights block: de-aging of the face, the world."""
    said = {"effect": "grant", "uses": ["de_aging"], "modalities": ["face"], "territories": "World"} | changes
    return {f"lines-{number}-{name}": value for name, value in said.items()}


def entry(cast, *, lines=None, **changes):
    """What the entry form sends for Mira's rider; a change to None leaves the field out."""
    lines = [line()] if lines is None else lines
    said = {
        "person": cast.mira.public_id, "production": cast.harbor.public_id, "number": "C-0142", "kind": "rider",
        "effective_from": "2026-05-03", "last_day": "2028-05-02", "description": "De-aging in scenes 110 to 118.",
        "signed_on": "2026-05-03", "method": "wet_ink", "capacity": "self", "separate_signature": "on",
        "papers": rider(), "reason": "Signed rider received by courier",
        "lines-TOTAL_FORMS": str(len(lines)), "lines-INITIAL_FORMS": "0",
    } | changes  # fmt: skip
    for block in lines:
        said |= block
    return {name: value for name, value in said.items() if value is not None}
