"""The plan of a signature: what would be signed about an asset, put together from what is on record."""

import hashlib
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import rfc8785
from django.conf import settings

from consent.models import Decision
from provenance import manifest, techniques
from provenance.comparison import told
from provenance.declaration import Declaration, OperationStatement
from provenance.extent import Extent, measure
from provenance.geometry import Media
from provenance.measurement import Measurement
from provenance.quantities import Print
from registry.models import Organisation, Person, Production
from registry.prepared import Prepared

CONFIRMED, NOT_REQUIRED = manifest.CONSENT_STATES


@dataclass(frozen=True, slots=True)
class Salted:
    """A reference with what opens it: the digest is of `salt` and the revision's id, and neither is public."""

    reference: manifest.Reference
    revision: str
    salt: str


def version() -> str:
    """The product's own version, as it is written into what it signs."""
    return _version()


@lru_cache(maxsize=1)
def _version() -> str:
    return resources.files("registry").joinpath("version.txt").read_text(encoding="utf-8").strip()


def references(decision: Decision) -> tuple[Salted, ...]:
    """An opaque reference to each revision a decision stands on; made anew each time, so that no two works share one."""
    return tuple(_reference(revision) for revision in decision.answer["revisions"])


def _reference(revision: str) -> Salted:
    salt = secrets.token_hex(32)
    digest = hashlib.sha256(f"{salt}{revision}".encode()).hexdigest()
    return Salted(manifest.Reference(f"urn:uuid:{uuid.uuid4()}", digest), revision, salt)


def consent_facts(decision: Decision, kept: Iterable[Salted], credential: str) -> manifest.ConsentFacts:
    given = tuple(one.reference for one in kept)
    return manifest.ConsentFacts(
        state_at_signing=CONFIRMED if given else NOT_REQUIRED,
        policy_version=decision.engine_version,
        references=given,
        status_url=f"{settings.SITE_URL}/c/{credential}",
    )


def extent_of(declaration: Declaration, media: Media, inherited: Iterable[OperationStatement], *, has_parent: bool,
              measurements: Mapping[str, Measurement] | None = None, carried: Iterable[Print] = ()) -> Extent:
    """The extent of an asset; one without a parent also is what it was created as."""
    created_as = None if has_parent else manifest.creation_source_type(declaration)
    return measure(
        media, declaration.operations, inherited, measurements=measurements, carried=carried,
        depictions=declaration.depictions, complete=declaration.complete,
        created_as=created_as if created_as == techniques.TRAINED else None,
    )  # fmt: skip


def facts(
    declaration: Declaration, *, media: Media, inherited: Iterable[OperationStatement], carries_credentials: bool,
    consent: manifest.ConsentFacts, production: Production, vendor: Organisation, titles: Mapping[str, str],
    measurements: Mapping[str, Measurement] | None = None, carried: Iterable[Print] = (),
    sequence: Mapping[str, Any] | None = None,
) -> manifest.ManifestFacts:
    """All that the manifest of this asset is made of; `titles` are those of its ingredients, by their labels, and
    `measurements` those that stand, by their operation's id: they are told in place of what was declared. `inherited`
    and `carried` came along with what the asset was made from (`heritage.py`). `sequence` is what is stated of its frames."""
    declaration = told(declaration, measurements or {}, media, tolerance=settings.EXTENT_TOLERANCE)
    ingredients = manifest.ingredients_of(declaration, carries_credentials=carries_credentials)
    has_parent = any(one.relation == "parentOf" for one in ingredients)
    return manifest.ManifestFacts(
        title=declaration.title,
        generator_version=version(),
        declaration=declaration,
        extent=extent_of(
            declaration, media, inherited, has_parent=has_parent, measurements=measurements, carried=carried
        ),
        consent=consent,
        ingredients=ingredients,
        titles=titles,
        title_ids=tuple(title_ids(production)),
        organisations=frozenset({vendor.name, production.studio.name}),
        withheld=withheld(declaration),
        sequence=sequence,
    )


def title_ids(production: Production) -> Iterable[str]:
    """The work's identifiers as URNs (EIDR and ISAN; RFC 7302, RFC 4246)."""
    if production.eidr:
        yield f"urn:eidr:{production.eidr.replace('/', ':')}"
    if production.isan:
        yield f"urn:isan:{production.isan}"


NAMES = Prepared(
    lambda people: Person.objects.filter(public_id__in=people).order_by().values_list("alias", "legal_name", "data_key")
)


def withheld(declaration: Declaration) -> frozenset[str]:
    """The names of the people depicted, none of which may stand in a manifest."""
    ids = {one.person for one in declaration.depictions if one.person}
    people = [Person(alias=alias, legal_name=sealed, data_key=key) for alias, sealed, key in NAMES(ids)]
    return frozenset(name for person in people for name in (person.alias, person.legal_name) if name)


def digest(built: dict) -> str:
    """SHA-256, in hex, of the RFC 8785 form of a manifest definition."""
    return hashlib.sha256(rfc8785.dumps(built)).hexdigest()
