"""Choosing something on file: from a list while there are few, else written as it is called, or by its id.

A list of thousands takes seconds to make and cannot be read; and what is written can be pasted, line by line.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.urls import reverse

MOST_LISTED = 200
# How many names that are not found are told, and how many of those probably meant.
MOST_TOLD, NEAR = 10, 3
# Whose lists propose what they hold, while somebody writes (`OwnRows.suggest`).
PROPOSE = ("registry.person", "registry.production")


def too_many(rows: QuerySet) -> bool:
    """Whether there are more than a list shows."""
    return rows[: MOST_LISTED + 1].count() > MOST_LISTED


class _OnFile(forms.ModelChoiceField):
    """`called` is the column that says what a row is called."""

    written: type[forms.Widget]

    def __init__(self, queryset: QuerySet, *, called: str, **kwargs) -> None:
        self.called = called
        super().__init__(queryset, to_field_name="public_id", **kwargs)

    @property
    def queryset(self) -> QuerySet:
        return self._queryset

    @queryset.setter
    def queryset(self, queryset: QuerySet) -> None:
        self._set_queryset(queryset)
        if too_many(queryset):
            self.widget = self.written(self)
            self.widget.is_required = self.required

    def names(self, keys: Iterable[str]) -> Iterator[str]:
        """What rows are called, by their ids; where several are called alike, the id itself."""
        called = dict(self._queryset.filter(public_id__in=list(keys)).values_list("public_id", self.called))
        alike = list(self._queryset.filter(**{f"{self.called}__in": called.values()}).values_list(self.called, flat=True))
        for key in keys:
            name = called.get(key, key)
            yield name if alike.count(name) == 1 else key

    def found(self, said: str) -> Model:
        """The row of that id, or that is called so. Raises ValidationError, with what was probably meant."""
        if one := self._queryset.filter(public_id=said).first():
            return one
        fitting = list(self._queryset.filter(**{f"{self.called}__iexact": said})[: NEAR + 1])
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            which = "; ".join(f"{one.public_id}, {self.label_from_instance(one)}" for one in fitting[:NEAR])
            more = "; and more" if len(fitting) > NEAR else ""
            told = f"Several are called “{said[:80]}”. Write the id of the one that is meant: {which}{more}."
            raise forms.ValidationError(told)
        near = self._queryset.filter(**{f"{self.called}__icontains": said}).values_list(self.called, flat=True)
        meant = ", ".join(dict.fromkeys(near[:NEAR]))
        raise forms.ValidationError(f"“{said[:80]}” is not on file.{f' Did you mean {meant}?' if meant else ''}")


class OneOf(_OnFile):
    """One of them."""

    def __init__(self, *args, **kwargs) -> None:
        self.written = Written
        super().__init__(*args, **kwargs)

    def to_python(self, value: object) -> Model | None:
        said = str(getattr(value, "public_id", value) or "").strip()
        return self.found(said) if said else None


class Several(_OnFile, forms.ModelMultipleChoiceField):
    """Any number of them: ticked, or one on a line."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *args, **kwargs) -> None:
        self.written = WrittenLines
        super().__init__(*args, **{"required": False} | kwargs)

    def clean(self, value: Any) -> QuerySet:
        lines = list(dict.fromkeys(line.strip() for line in _lines(value) if line.strip()))
        if self.required and not lines:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return self._queryset.filter(pk__in=list(self._keys(lines)))

    def has_changed(self, initial: object, data: object) -> bool:
        return super().has_changed(initial, _lines(data))

    def _keys(self, lines: list[str]) -> Iterator[int]:
        """By id or by name at once; only what is left is looked for one by one, and all its faults are told."""
        for column in ("public_id", self.called):
            known: dict[str, list[int]] = {}
            for name, key in self._queryset.filter(**{f"{column}__in": lines}).values_list(column, "pk"):
                known.setdefault(name, []).append(key)
            sure = {name: keys[0] for name, keys in known.items() if len(keys) == 1}
            yield from sure.values()
            lines = [one for one in lines if one not in sure]
        faults = []
        for one in lines:
            try:
                yield self.found(one).pk
            except forms.ValidationError as fault:
                faults.append(fault)
            if len(faults) == MOST_TOLD:
                break
        if faults:
            raise forms.ValidationError(faults)

    def prepare_value(self, value: object) -> object:
        return value if isinstance(value, str) else super().prepare_value(value)


def _lines(value: Any) -> list[str]:
    return value.splitlines() if isinstance(value, str) else [str(one) for one in value or ()]


# ── Fields to write in ───────────────────────────────────────────────────────────────────────────────────────────────


def _attributes(field: _OnFile, **more: object) -> dict[str, object]:
    model = field.queryset.model._meta
    proposes = {"data-suggest": reverse(f"admin:{model.app_label}_{model.model_name}_suggest")}
    return {"autocomplete": "off", "class": "written"} | more | (proposes if model.label_lower in PROPOSE else {})


class Written(forms.TextInput):
    def __init__(self, field: _OnFile) -> None:
        self.field = field
        super().__init__(_attributes(field, placeholder="The name, or the id"))

    def format_value(self, value: object) -> str | None:
        return next(self.field.names([str(value)])) if value else None


class WrittenLines(forms.Textarea):
    def __init__(self, field: _OnFile) -> None:
        self.field = field
        super().__init__(_attributes(field, rows=6, placeholder="One on a line: the name, or the id"))

    def format_value(self, value: object) -> str | None:
        return value if isinstance(value, str) else "\n".join(self.field.names([str(one) for one in value or ()]))
