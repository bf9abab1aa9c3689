"""What stands after the question mark of a list: known, said once and readable, or refused – never passed over."""

from collections.abc import Iterable

from django import forms
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from registry.errors import Fault, Unreadable
from registry.problems import faults_in

PAGES = ("cursor", "page_size")
ORDERED = "order_query_param"


class UnreadableParameter(Unreadable):
    """Parameters of an address that do not say what is asked for; each pointer is `/` and the parameter's name."""

    def __init__(self, faults: Iterable[tuple[str, str]]) -> None:
        errors = tuple(Fault(pointer, "request.parameter", detail) for pointer, detail in faults)
        name = errors[0].pointer.removeprefix("/")
        whole = f"The parameter {name} cannot be read: {errors[0].detail}" if name else errors[0].detail
        super().__init__("request.parameter", whole, errors=errors)


class Narrowed(filters.DjangoFilterBackend):
    """A list narrowed by the parameters its view names in `filterset_class`."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: APIView) -> QuerySet:
        narrowing = getattr(view, "filterset_class", None)
        order = getattr(getattr(view, "pagination_class", None), ORDERED, None)
        known = (*(narrowing.base_filters if narrowing else ()), *PAGES, *((order,) if order else ()))
        faults = tuple(_faults(request, known))
        if faults:
            raise UnreadableParameter(faults)
        try:
            return super().filter_queryset(request, queryset, view)
        except ValidationError as error:
            raise UnreadableParameter((one.pointer, one.detail) for one in faults_in(error.detail)) from error


def _faults(request: Request, known: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    for name, given in request.query_params.lists():
        if name not in known:
            yield "", f"A parameter was sent that is not known here. Known are {', '.join(known)}."
        elif len(given) > 1:
            yield f"/{name}", "It was sent more than once."
        elif not given[0].strip():
            yield f"/{name}", "It is empty; leave it out to ask for all."


class FingerprintField(forms.CharField):
    """A SHA-256 in hex, upper or lower case."""

    default_validators = [RegexValidator(r"\A[0-9a-f]{64}\Z", "A SHA-256 fingerprint has 64 hexadecimal digits.")]

    def to_python(self, value: str | None) -> str:
        return super().to_python(value).lower()


class SeveralFilter(filters.BaseInFilter, filters.ChoiceFilter):
    """One of the choices, or several of them parted by commas."""


class FingerprintFilter(filters.CharFilter):
    field_class = FingerprintField
