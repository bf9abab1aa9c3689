"""What a lawyer does: opens a page of the desk, fills in its form as it stands there, and sends it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests

Filled = Mapping[str, str | Sequence[str]]
FILES = "/admin/consent/grant/"
FAULTS = {"errorlist", "errornote", "errors", "faults", "fault"}


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

    def enter_consent(self, *, paper: Path, reason: str, line: Filled, **terms: str) -> str:
        """Enter a consent with one rights block; gives the address of its file."""
        block = {f"lines-0-{name}": value for name, value in line.items()}
        return self.send(f"{FILES}add/", {**terms, **block, "reason": reason}, {"papers": paper})

    def verify_consent(self, file: str, *, reason: str) -> None:
        self.send(f"{file}verify/", {"reason": reason})

    def end_consent(self, file: str, *, reason: str) -> None:
        """Asked first what it touches, then confirmed on that page."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M")
        filled = {"kind": "withdrawn", "mode": "prospective_new_use", "received_at": now, "effective_at": now,
                  "reason": reason}  # fmt: skip
        found, address = self._form(f"{file}ending/", filled)
        preview = self._session.post(address, data={**found.fields, **filled}, headers={"Referer": address}, timeout=60)
        confirm = _Forms.on(preview.text).of({"confirm": ""})
        self._sent(address, {**confirm.fields, "confirm": "1"})

    def send(self, path: str, filled: Filled, files: Mapping[str, Path] | None = None) -> str:
        """Fill in the form of a page as it stands, and send it; gives the address it led to. Raises PageRefused."""
        found, address = self._form(path, filled)
        return self._sent(address, {**found.fields, **filled}, files)

    def _form(self, path: str, filled: Filled) -> tuple["_Form", str]:
        page = self._session.get(urljoin(self._site, path), timeout=60)
        found = _Forms.on(page.text).of(filled)
        unknown = set(filled) - set(found.fields) - found.open
        if unknown:
            raise PageRefused(f"The form at {path} has no field {', '.join(sorted(unknown))}.")
        return found, urljoin(page.url, found.action)

    def _sent(self, address: str, data: Filled, files: Mapping[str, Path] | None = None) -> str:
        sent = {name: (file.name, file.read_bytes()) for name, file in (files or {}).items()}
        answer = self._session.post(
            address, data=data, files=sent or None, headers={"Referer": address}, timeout=120, allow_redirects=False
        )
        if not answer.is_redirect:
            raise PageRefused(f"{urlsplit(address).path}: {_complaint(answer)}")
        return urlsplit(urljoin(address, answer.headers["Location"])).path


def _complaint(answer: requests.Response) -> str:
    told = _Errors()
    told.feed(answer.text)
    return " ".join(told.said) or f"the desk answered {answer.status_code} and showed the form again."


class _Form:
    """A form with the values it stands with; `open` are the names of fields that stand empty."""

    def __init__(self, attributes: Mapping[str, str | None]):
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

    def of(self, filled: Filled) -> _Form:
        """Of the forms that are posted, the one that has most of the fields to be filled in."""
        posting = [one for one in self.forms if one.posts]
        if not posting:
            raise PageRefused("There is no form to fill in on this page.")
        return max(posting, key=lambda one: len(set(filled) & (set(one.fields) | one.open)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self.forms.append(_Form(told))
        if tag == "button":
            tag, told = "input", {**told, "type": "submit"}
        if not self.forms or not told.get("name") and tag != "option":
            return
        form, name, value = self.forms[-1], told.get("name") or "", told.get("value") or ""
        kind = (told.get("type") or "text").lower()
        if tag == "input" and kind in ("checkbox", "radio"):
            form.open.add(name)
            if "checked" in told:
                form.takes(name, value or "on")
        elif tag == "input" and kind not in ("submit", "file"):
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
        if self._depth or FAULTS & set(classes):
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        self._depth -= bool(self._depth)

    def handle_data(self, data: str) -> None:
        if self._depth and data.strip():
            self.said.append(data.strip())
