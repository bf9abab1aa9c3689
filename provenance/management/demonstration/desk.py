"""What a lawyer does: opens a page of the desk, fills in its form as it stands there, and sends it."""

from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import requests

Filled = Mapping[str, str | Sequence[str]]


class PageRefused(Exception):
    """The desk showed the form again, or an error: what it said stands in the sentence."""


class Desk:
    def __init__(self, site: str, username: str, password: str):
        self._site = site
        self._session = requests.Session()
        self.send("/accounts/login/", {"login": username, "password": password})

    def open(self, path: str) -> str:
        answer = self._session.get(urljoin(self._site, path), timeout=60)
        if answer.status_code != 200:
            raise PageRefused(f"{path} answered {answer.status_code}.")
        return answer.text

    def send(self, path: str, filled: Filled, files: Mapping[str, Path] | None = None, *, form: str = "") -> str:
        """Fill in the form of a page, or the one whose id is `form`, and send it; gives the address it led to."""
        address = urljoin(self._site, path)
        page = self._session.get(address, timeout=60)
        found = _Forms.on(page.text).of(form, filled)
        unknown = set(filled) - set(found.fields) - found.open
        if unknown:
            raise PageRefused(f"The form at {path} has no field {', '.join(sorted(unknown))}.")
        data = {**found.fields, **filled}
        sent = {name: (file.name, file.read_bytes()) for name, file in (files or {}).items()}
        answer = self._session.post(
            urljoin(page.url, found.action), data=data, files=sent or None, headers={"Referer": page.url}, timeout=120
        )
        if answer.status_code != 200 or not answer.history:
            raise PageRefused(f"{path}: {_complaint(answer)}")
        return answer.url


def _complaint(answer: requests.Response) -> str:
    told = _Errors()
    told.feed(answer.text)
    return " ".join(told.said) or f"the desk answered {answer.status_code} and showed the form again."


class _Form:
    """A form with the values it stands with; `open` are the names of fields that stand empty."""

    def __init__(self, attributes: Mapping[str, str | None]):
        self.id = attributes.get("id") or ""
        self.action = attributes.get("action") or ""
        self.posts = (attributes.get("method") or "get").lower() == "post"
        self.fields: dict[str, str | list[str]] = {}
        self.open: set[str] = set()

    def takes(self, name: str, value: str) -> None:
        self.fields[name] = value


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self._select = self._text = ""

    @classmethod
    def on(cls, page: str) -> "_Forms":
        found = cls()
        found.feed(page)
        return found

    def of(self, name: str, filled: Filled) -> _Form:
        """The form of that id; without one, the form that has most of the fields to be filled in."""
        posting = [one for one in self.forms if one.posts and (not name or one.id == name)]
        if not posting:
            raise PageRefused(f"There is no form {name} on this page.")
        return max(posting, key=lambda one: len(set(filled) & (set(one.fields) | one.open)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self.forms.append(_Form(told))
        if not self.forms or not told.get("name") and tag != "option":
            return
        form, name, value = self.forms[-1], told.get("name") or "", told.get("value") or ""
        kind = (told.get("type") or "text").lower()
        if tag == "input" and kind in ("checkbox", "radio"):
            form.open.add(name)
            if "checked" in told:
                form.takes(name, value or "on")
        elif tag == "input" and kind not in ("submit", "file", "button"):
            form.takes(name, value)
        elif tag == "input":
            form.open.add(name)
        elif tag == "select":
            self._select = name
            form.open.add(name)
        elif tag == "option" and self._select and "selected" in told:
            form.takes(self._select, value)
        elif tag == "textarea":
            self._text = name
            form.takes(name, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text and self.forms:
            self.forms[-1].fields[self._text] += data.removeprefix("\n")


class _Errors(HTMLParser):
    """What a page says in its lists of errors."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if self._depth or {"errorlist", "errornote", "errors"} & set(classes):
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        self._depth -= bool(self._depth)

    def handle_data(self, data: str) -> None:
        if self._depth and data.strip():
            self.said.append(data.strip())
