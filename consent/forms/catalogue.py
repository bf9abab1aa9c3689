"""The catalogue: every form there is, by its code, in the order in which a list shows them."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from consent.forms import determinations, estates, grants, locks, people, replicas, works
from consent.forms.shape import Form
from registry.errors import Invalid

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        form.code: form
        for shelf in (
            locks.FORMS, estates.FORMS, people.FORMS, grants.FORMS, works.FORMS, replicas.FORMS, determinations.FORMS,
        )
        for form in shelf
    }
)  # fmt: skip
RESOLUTION = locks.RESOLUTION


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
