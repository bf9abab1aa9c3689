"""What belongs to the evidence about a title or a performer: consents, papers, decisions, credentials, and their journal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from consent.facts import moment
from consent.forms.catalogue import FORMS
from consent.models import Decision, Evidence, Grant, Statement
from provenance import standing
from provenance.models import Asset, Credential
from provenance.printable import printable
from registry import journal, productions
from registry.models import Authority, Event, Organisation, Person, Production, Unit


@dataclass(frozen=True, slots=True)
class About:
    """A title with all its parts, or a performer, on the files of a studio."""

    subject: Production | Person

    @property
    def studio(self) -> Organisation:
        return self.subject.studio

    @property
    def kind(self) -> str:
        return "production" if isinstance(self.subject, Production) else "person"

    def works(self) -> QuerySet[Production]:
        """The title with its parts, or every work in which the performer is cast or shown."""
        own = Production.objects.filter(studio=self.studio)
        if isinstance(self.subject, Production):
            return productions.with_parts(own.filter(pk=self.subject.pk))
        return own.filter(Q(cast=self.subject) | Q(pk__in=self.assets().values("production"))).distinct()

    def assets(self) -> QuerySet[Asset]:
        own = Asset.objects.filter(production__studio=self.studio)
        if isinstance(self.subject, Person):
            return own.filter(depictions__person=self.subject).distinct()
        return own.filter(production__in=self.works())

    def grants(self) -> QuerySet[Grant]:
        """Consents given by the performer; of a title, those for it, and those on which a decision about it stood."""
        own = Grant.objects.filter(studio=self.studio).select_related("person", "production").order_by("pk")
        if isinstance(self.subject, Person):
            return own.filter(person=self.subject)
        works = self.works()
        named = Q(production__in=works) | Q(revisions__lines__productions__in=works)
        return own.filter(named | Q(revisions__decisions__production__in=works)).distinct()

    def people(self) -> QuerySet[Person]:
        own = Person.objects.filter(studio=self.studio)
        if isinstance(self.subject, Person):
            return own.filter(pk=self.subject.pk)
        shown = self.assets().values("depictions__person")
        return own.filter(Q(productions__in=self.works()) | Q(pk__in=shown) | Q(grants__in=self.grants())).distinct()

    def decisions(self) -> QuerySet[Decision]:
        """Every answer about the title, or about a question in which the performer is depicted; the oldest first."""
        own = Decision.objects.filter(production__studio=self.studio).order_by("pk")
        if isinstance(self.subject, Person):
            own = own.filter(pk__in=[pk for pk, asked in own.values_list("pk", "request").iterator() if self._in(asked)])
        else:
            own = own.filter(production__in=self.works())
        return own.select_related("production__studio")

    def credentials(self) -> QuerySet[Credential]:
        """What was signed, the oldest first."""
        made = Credential.objects.filter(asset__in=self.assets()).order_by("pk")
        return made.select_related("asset__production", "asset__vendor", "plan", "decision")

    def papers(self) -> Iterator[tuple[Evidence, str, str]]:
        """Each paper once, with the id of what it is about and what it is, in words."""
        grants = {one.pk: one for one in self.grants()}
        of_consents = Evidence.objects.filter(revision__grant__in=grants).select_related("revision", "studio").order_by("pk")
        for one in of_consents:
            grant = grants[one.revision.grant_id]
            yield one, grant.public_id, f"Consent {grant.number}, revision {one.revision.number}"
        stated = Statement.objects.filter(studio=self.studio, subject__in=self.subjects(), evidence__isnull=False)
        seen = set()
        for row in stated.select_related("evidence__studio").order_by("pk"):
            if row.evidence.pk not in seen and row.evidence.revision_id is None:
                seen.add(row.evidence.pk)
                title = FORMS[row.form].title if row.form in FORMS else row.get_kind_display()
                yield row.evidence, row.subject, f"Record “{title}”"

    def subjects(self) -> list[str]:
        """The ids of all that the record can be about here: each has a chain of its own in the journal."""
        people, works, assets = self.people(), self.works(), self.assets()
        found = list(works.values_list("public_id", flat=True))
        if isinstance(self.subject, Production):
            found += Unit.objects.filter(production__in=works).values_list("public_id", flat=True)
        found += people.values_list("public_id", flat=True)
        found += Authority.objects.filter(person__in=people).values_list("public_id", flat=True)
        found += self.grants().values_list("public_id", flat=True)
        found += assets.values_list("public_id", flat=True)
        found += assets.values_list("sha256", flat=True)
        return list(dict.fromkeys(found))

    def entries(self) -> Iterator[Event]:
        """The journal about all of it, chain by chain; a chain in which another tenant acted as well is left out."""
        for subject in self.subjects():
            chain = journal.chain(subject)
            if not chain.exclude(organisation=self.studio).exists():
                yield from chain.iterator()

    def _in(self, asked: dict[str, Any]) -> bool:
        return any(one.get("person") == self.subject.public_id for one in asked.get("depictions", ()))


def told(credential: Credential, *, at: datetime) -> dict[str, Any]:
    """What a credential says, and how its consent stands now; `extent` as it was signed."""
    then = credential.consent.get("state_at_signing", "not_stated")
    now = standing.now(credential.decision, at_signing=then, at=at)
    return {
        "credential": credential.public_id, "asset": credential.asset.public_id, "title": credential.title,
        "production": credential.asset.production.public_id, "vendor": credential.asset.vendor.name,
        "sha256": credential.sha256, "sidecar_sha256": credential.sidecar_sha256, "media_type": credential.media_type,
        "signed_at": moment(credential.signed_at), "development_key": credential.development_key,
        "time_stamped": credential.time_stamped, "extent": credential.extent,
        "extent_in_words": printable(credential.extent.get("headline", {}).get("text", ""), 1024) or "not stated",
        "consent_at_signing": then, "consent_now": now.state, "may_continue": now.may_continue,
        "decision": credential.decision.public_id, "grant_heads": credential.grant_heads,
    }  # fmt: skip
