"""After a change of PERSON_KEYS: wrap every data key under the new value, and hash names under it, wherever rows may be changed.

A record that is only added keeps its key under the value it was made with; what it was is told, so that nobody throws
that value away too early. Running it again, or beside a working registry, is harmless.
"""

import base64
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.db import models, transaction

from registry import journal
from registry.append_only import AppendOnly
from registry.models import Person
from registry.private import WrappedKeyField, name_digest, wrapped_anew

SUBJECT = "registry"
SECRETS = ("secret", "seed")  # of a second factor: its own, and that of its recovery codes


def rewrap(*, at: datetime) -> Counter[str]:
    """How many data keys of each kind were wrapped anew; those that stay under a former value are counted as `… kept`, and
    those that open under none as `… lost`."""
    found: Counter[str] = Counter()
    for model, name in _wrapped():
        kept = issubclass(model, AppendOnly)
        for pk, wrapped in list(model._base_manager.exclude(**{name: b""}).values_list("pk", name)):
            found[f"{model._meta.verbose_name_plural}{_turned(model, name, pk, bytes(wrapped), kept=kept)}"] += 1
    for person in list(Person.objects.exclude(legal_name_digest="")):
        digest = name_digest(person.legal_name or "")
        if digest and digest != person.legal_name_digest:
            Person.objects.filter(pk=person.pk, legal_name_digest=person.legal_name_digest).update(legal_name_digest=digest)
    for factor in list(Authenticator.objects.all()):
        found["second factors"] += _factor(factor)
    told = +Counter({what: many for what, many in found.items() if not what.endswith(" as before")})
    with transaction.atomic():
        journal.record(actor=journal.by_system("set-up"), tag="keys:rewrapped", subject=SUBJECT, details=dict(told), at=at)
    return told


def _wrapped() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, WrappedKeyField):
                yield model, field.name


def _turned(model: type[models.Model], name: str, pk: object, wrapped: bytes, *, kept: bool) -> str:
    try:
        anew = wrapped_anew(wrapped)
    except InvalidTag:
        return " lost"
    if anew is None:
        return " as before"
    if kept:
        return " kept"
    # Whoever was erased meanwhile stays erased.
    return "" if model._base_manager.filter(**{"pk": pk, name: wrapped}).update(**{name: anew}) else " as before"


def _factor(factor: Authenticator) -> bool:
    turned = {}
    for name in SECRETS:
        if isinstance(sealed := factor.data.get(name), str) and (anew := wrapped_anew(base64.b64decode(sealed))):
            turned[name] = base64.b64encode(anew).decode()
    return bool(turned) and bool(Authenticator.objects.filter(pk=factor.pk).update(data=factor.data | turned))
