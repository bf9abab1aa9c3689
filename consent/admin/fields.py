"""Form fields for consent's codes: many of a vocabulary, territories by name or code, languages, dated papers."""

import re
from collections.abc import Iterable

from django import forms

from consent import territories
from consent.paper import LARGEST, Paper
from consent.vocabulary import Vocabulary, choices

# BCP 47, as far as its form goes.
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-[A-Za-z0-9]{5,8})*")


class Codes(forms.MultipleChoiceField):
    """Any number of the codes of a vocabulary."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, vocabulary: Vocabulary, **kwargs) -> None:
        super().__init__(choices=choices(vocabulary), **kwargs)


class Listed(forms.CharField):
    """Several of something, typed with commas between."""

    def to_python(self, value: object) -> tuple[str, ...]:
        text = super().to_python(value)
        return tuple(dict.fromkeys(self.read(part) for part in re.split(r"[,;\n]", text) if part.strip()))

    def prepare_value(self, value: object) -> object:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def read(self, part: str) -> str:
        return part.strip()

    def validate(self, value: Iterable[str]) -> None:
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: object) -> None:
        pass

    def has_changed(self, initial: object, data: object) -> bool:
        try:
            return self.to_python(data) != tuple(initial or ())
        except forms.ValidationError:
            return True


class Languages(Listed):
    def read(self, part: str) -> str:
        if not LANGUAGE.fullmatch(part.strip()):
            raise forms.ValidationError(f"“{part.strip()[:40]}” is not a language tag such as en, de-AT or zh-Hant.")
        return part.strip()


class Places(Listed):
    """Territories by their names or codes: World, European Union, Germany, US-CA."""

    def read(self, part: str) -> str:
        code = territories.named(part)
        if code is None:
            raise forms.ValidationError(
                f"“{part.strip()[:40]}” is not a territory known here. Write World, European Union, Germany, DE or US-CA."
            )
        return code

    def prepare_value(self, value: object) -> object:
        if isinstance(value, list | tuple):
            return ", ".join(_shown(code) for code in value)
        return value


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class Papers(forms.FileField):
    """Signed documents, each as `Paper`."""

    widget = ManyFiles(attrs={"accept": "application/pdf,image/jpeg,image/png"})

    def clean(self, data: object, initial: object = None) -> tuple[Paper, ...]:
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if not files and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return tuple(Paper(super(Papers, self).clean(file).name, self._bytes(file)) for file in files)

    def _bytes(self, file) -> bytes:
        # One byte more than is accepted, so that the act can tell and a huge file is never held whole.
        return file.read(LARGEST + 1)


def _shown(code: str) -> str:
    """As `read` takes it again: names with a comma in them (“Korea, Republic of”) go by their code."""
    name = territories.TERRITORIES.get(code, code)
    return code if "," in name else {"WORLD": "World"}.get(code, name.removeprefix("the "))
