"""The catalogue: every form there is, by its code, in the order in which a list shows them."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from consent.forms import determinations, distribution, estates, grants, locks, people, replicas, retention, works
from consent.forms.shape import Form
from registry.errors import Invalid

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        form.code: form
        for shelf in (
            locks.FORMS, estates.FORMS, people.FORMS, grants.FORMS, works.FORMS, distribution.FORMS, replicas.FORMS,
            retention.FORMS, determinations.FORMS,
        )
        for form in shelf
    }
)  # fmt: skip
RESOLUTION = locks.RESOLUTION
# Facts of the dictionary that no form states, and why.
STATED_BY_NONE: Mapping[str, str] = MappingProxyType(
    {
        "person.court_order_complied": "The record “Court order complied with” answers its order, which is then told no longer.",
        "asset.removed": "The record “Removal” answers its request, which is then told no longer.",
    }
)
# Questions that two lawyers answer for the file, and that no rule asks.
ASKED_BY_NO_RULE: Mapping[str, str] = MappingProxyType(
    {
        "no_consent_needed": "It takes the place of a consent, before any rule is asked.",
        "grant.capacity_ok": "It is kept beside the signature; whether a signatory could sign is read from their authority.",
        "person.representative_search_diligent": "It is kept for whoever disputes the search later.",
        "asset.recognisable": "Whom a file shows is declared; this is kept beside the declaration.",
        "asset.fleeting": "It is kept as a ground of an exception, which is a question of its own.",
    }
)


class NoSuchForm(Invalid):
    def __init__(self, code: str) -> None:
        super().__init__("record.form", f"There is no form “{code[:60]}”. Choose one from the catalogue.")


def form_named(code: str) -> Form:
    form = RESOLUTION if code == RESOLUTION.code else FORMS.get(code)
    if form is None:
        raise NoSuchForm(code)
    return form


def about(kind: str) -> Iterator[Form]:
    """The forms for a kind of subject."""
    return (form for form in FORMS.values() if kind in form.about)
