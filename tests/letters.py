"""A performer's letter as it is made at the desk and opened in a browser, for tests of the performers' own doors."""

import re
from dataclasses import dataclass

from django.test import Client
from django.utils import timezone

from consent.models import PerformerLink
from consent.performer import agreement, links
from registry import people
from registry.models import Authority
from tests import cast as world

ONCE = re.compile(r'name="once" value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(once|revision|sha256)" value="([^"]+)"')


@dataclass
class Letter:
    link: PerformerLink
    token: str
    code: str

    @property
    def opening(self) -> str:
        return f"/letter/open/{self.token}"

    @property
    def home(self) -> str:
        return f"/letter/{self.link.public_id}/"

    def about(self, grant, act: str) -> str:
        return f"{self.home}consents/{grant.public_id}/{act}"

    @property
    def wrong(self) -> str:
        return f"{(int(self.code) + 1) % 10**6:06}"

    def opened(self, browser: Client | None = None) -> Client:
        """A browser that was let in."""
        browser = browser or Client()
        answer = browser.post(self.opening, {"code": self.code})
        assert answer.status_code == 302 and answer.url == self.home, answer.content.decode()
        return browser


def made(cast, authority=None, *, at=None, language="en", days=90) -> Letter:
    """Mira's own link, or one of whoever else speaks for somebody."""
    authority = authority or cast.mira.authorities.get(kind="self")
    link, token, code = links.make(
        authority, language=language, days=days, by=cast.ines, at=at or timezone.now(), reason="Asked for it"
    )
    return Letter(link, token, code)


def speaker(cast, person, kind, party="Ana Kern") -> Authority:
    """Somebody who speaks for the person, verified by a second lawyer."""
    told = {"at": timezone.now(), "reason": "Document received"}
    recorded = people.record_authority(person, kind=kind, party=party, basis="Court order of 2 May 2026", by=cast.ines, **told)
    return people.verify_authority(recorded, by=cast.tobi, **told)


def offered(cast, grant, **changes):
    """A change of the consent, put before whoever is to sign it."""
    return agreement.offer(
        grant, terms=world.terms(**{"papers": ()} | changes), by=cast.ines, at=timezone.now(), reason="A wider use"
    )


def filled(page, **more) -> dict:
    """The form of a page, as a browser would send it."""
    return dict(HIDDEN.findall(page.content.decode())) | more
