"""The line to a registry: tokens, retries that obey Retry-After, one Idempotency-Key per act, problems as exceptions."""

from __future__ import annotations

import email.utils
import platform
import random
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx

from countersign import errors, operations
from countersign.operations import Operation
from countersign.version import VERSION

AGENT = f"countersign/{VERSION} Python/{platform.python_version()}"
# Of a read: how long a registry may be silent. Nothing bounds how long a body takes on its way.
TIMEOUT = httpx.Timeout(60.0, connect=15.0, pool=None)
AGAIN = frozenset({408, 425, 429, 502, 503, 504})
# Somebody is at it: of these, where they say for how long.
BUSY = frozenset({409, 423})
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
# A token is not used in the last moments of its life: it would end on the way.
SPARE = 60
LOOPBACK = ("localhost", "127.0.0.1", "::1")

Body = Callable[[], dict[str, Any]]


class Tokens:
    """Where a token is kept between requests: here in memory only; profiles.py keeps it in a file."""

    def __init__(self) -> None:
        self.kept: tuple[str, float] | None = None

    def read(self) -> tuple[str, float] | None:
        """The token, and until when it is good (seconds since the epoch)."""
        return self.kept

    def keep(self, token: str, until: float) -> None:
        self.kept = (token, until)

    def forget(self) -> None:
        self.kept = None


class Line:
    """`patience` is for how many seconds an unreachable or busy registry is asked again; `told` hears of each pause."""

    def __init__(self, site: str, client_id: str = "", client_secret: str = "", *, patience: float = 60,
                 tokens: Tokens | None = None, allow_http: bool = False, transport: httpx.BaseTransport | None = None,
                 sleep: Callable[[float], None] = time.sleep) -> None:  # fmt: skip
        self.site = checked_site(site, allow_http=allow_http)
        self.patience = patience
        self.told: Callable[[str, float], None] = lambda why, pause: None
        self._id, self._secret = client_id, client_secret
        self._tokens = tokens or Tokens()
        self._one_at_a_time = threading.Lock()
        self._sleep = sleep
        self._http = httpx.Client(timeout=TIMEOUT, headers={"User-Agent": AGENT}, transport=transport,
                                  limits=httpx.Limits(max_connections=64, max_keepalive_connections=16))  # fmt: skip

    def close(self) -> None:
        self._http.close()

    # ── Operations ───────────────────────────────────────────────────────────────────────────────────────────────

    def ask(self, operation: Operation, *given: str, query: Mapping[str, Any] | None = None, body: Body | None = None,
            headers: Mapping[str, str] | None = None, key: str = "") -> httpx.Response:  # fmt: skip
        """The answer to an operation. `body` gives what is sent, anew for every attempt. Raises CountersignError."""
        unknown = set(query or ()) - set(operation.query)
        if unknown:
            raise TypeError(f"{operation.id} takes no {', '.join(sorted(unknown))}.")
        sent = dict(headers or {})
        if operation.method == "POST":
            sent["Idempotency-Key"] = key or new_key()
        asked = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        address = self.site + operation.address(*given)
        return self.send(
            operation.method, address, query=asked, body=body, headers=sent, public=operation.public, newer=operation.newer
        )

    def told_by(self, operation: Operation, *given: str, **asked: Any) -> Any:
        """The JSON document an operation answers with."""
        return document(self.ask(operation, *given, **asked))

    def send(self, method: str, address: str, *, query: Mapping[str, Any] | None = None, body: Body | None = None,
             headers: Mapping[str, str] | None = None, public: bool = False, newer: bool = False,
             accepted: tuple[int, ...] = ()) -> httpx.Response:  # fmt: skip
        """One request, asked again while the registry is away or busy. A status in `accepted` is the caller's to judge."""
        pauses = Pauses(self.patience)
        fresh = False
        while True:
            allowed = dict(headers or {})
            if not public:
                allowed["Authorization"] = f"Bearer {self._token(pauses)}"
            try:
                answer = self._http.request(method, address, params=query or None, headers=allowed, **(body() if body else {}))
            except httpx.TransportError as error:
                self.pause(pauses, unreachable(self.site, error))
                continue
            if answer.status_code in accepted or answer.is_success:
                return answer
            if answer.status_code == 401 and not public and not fresh:
                self._tokens.forget()
                fresh = True
                continue
            if answer.status_code in AGAIN or (answer.status_code in BUSY and retry_after(answer) is not None):
                self.pause(pauses, busy(answer), retry_after(answer))
                continue
            raise problem(answer, newer=newer)

    def once(self, method: str, address: str, *, headers: Mapping[str, str],
             content: Callable[[], Iterator[bytes]]) -> httpx.Response:  # fmt: skip
        """One request and its answer, whatever it is. Raises httpx.TransportError where the line drops."""
        for last in (False, True):
            allowed = {**headers, "Authorization": f"Bearer {self._token(Pauses(self.patience))}"}
            answer = self._http.request(method, address, content=content(), headers=allowed)
            if answer.status_code != 401 or last:
                break
            self._tokens.forget()
        return answer

    def put(self, url: str, content: Iterator[bytes], length: int) -> httpx.Response:
        """To storage, at an address that is its own permission: no token goes there."""
        return self._http.put(url, content=content, headers={"Content-Length": str(length)})

    def stream(self, operation: Operation, *given: str) -> httpx.Response:
        """An answer whose body is still to be read (close it); asked again until it begins."""
        pauses = Pauses(self.patience)
        fresh = False
        while True:
            headers = {"Authorization": f"Bearer {self._token(pauses)}"}
            request = self._http.build_request(operation.method, self.site + operation.address(*given), headers=headers)
            try:
                answer = self._http.send(request, stream=True)
                if answer.is_success:
                    return answer
                answer.read()
            except httpx.TransportError as error:
                self.pause(pauses, unreachable(self.site, error))
                continue
            if answer.status_code == 401 and not fresh:
                self._tokens.forget()
                fresh = True
            elif answer.status_code in AGAIN:
                self.pause(pauses, busy(answer), retry_after(answer))
            else:
                raise problem(answer)

    # ── Waiting ──────────────────────────────────────────────────────────────────────────────────────────────────

    def pause(self, pauses: Pauses, why: errors.CountersignError, wanted: float | None = None) -> None:
        """Wait before the next attempt; raises `why` where patience is at its end."""
        seconds = pauses.next(wanted)
        if seconds is None:
            raise why
        self.told(str(why), seconds)
        self._sleep(seconds)

    # ── Tokens ───────────────────────────────────────────────────────────────────────────────────────────────────

    def sign_in(self) -> None:
        """Fetch a token now, whatever is kept: shows that the client id and its secret are right."""
        with self._one_at_a_time:
            self._tokens.forget()
        self._token(Pauses(self.patience))

    def _token(self, pauses: Pauses) -> str:
        with self._one_at_a_time:
            kept = self._tokens.read()
            if kept and kept[1] - SPARE > time.time():
                return kept[0]
            if not self._id or not self._secret:
                raise errors.SignedOut("Nobody is signed in. Run “countersign login”, or set COUNTERSIGN_SITE, "
                                       "COUNTERSIGN_CLIENT_ID and COUNTERSIGN_CLIENT_SECRET.")  # fmt: skip
            told = self._fetched(pauses)
            life = float(told.get("expires_in") or 0)
            # Of a short life half is kept as spare, so that a token is of some use however short it lives.
            self._tokens.keep(str(told["access_token"]), time.time() + life + max(0.0, SPARE - life / 2))
            return str(told["access_token"])

    def _fetched(self, pauses: Pauses) -> Mapping[str, Any]:
        form = {"grant_type": "client_credentials", "client_id": self._id, "client_secret": self._secret}
        address = self.site + operations.FETCH_TOKEN.path
        while True:
            try:
                answer = self._http.post(address, data=form)
            except httpx.TransportError as error:
                self.pause(pauses, unreachable(self.site, error))
                continue
            if answer.status_code == 200:
                told = document(answer)
                if isinstance(told, dict) and told.get("access_token"):
                    return told
                raise errors.Unavailable(f"{self.site} gave no token. Is it the address of a Countersign registry?")
            if answer.status_code in AGAIN:
                self.pause(pauses, busy(answer), retry_after(answer))
                continue
            found = problem(answer)
            if answer.status_code in (400, 401):
                raise errors.SignedOut(f"{found} Ask your registry's operator, then run “countersign login” again.")
            raise found


class Pauses:
    """How long to wait before each further attempt: doubled and jittered, or as the registry says; None: enough waited."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self.began_again()

    def began_again(self) -> None:
        """Something moved: count from here."""
        self._until = time.monotonic() + self._patience
        self._step = FIRST_PAUSE

    def next(self, wanted: float | None = None) -> float | None:
        left = self._until - time.monotonic()
        if wanted is None:
            # Full jitter: those that were thrown off together do not come back together.
            seconds = random.uniform(self._step / 2, self._step)
            self._step = min(self._step * 2, LONGEST_PAUSE)
        else:
            seconds = wanted + random.uniform(0, min(1.0, wanted / 10))
        return seconds if seconds <= left else None


def new_key() -> str:
    return str(uuid.uuid4())


def checked_site(site: str, *, allow_http: bool = False) -> str:
    """The origin alone. Raises Misused for what is none, or would carry a secret in the clear."""
    parts = urlsplit(site.strip() if "://" in site else f"https://{site.strip()}")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise errors.Misused(f"“{site}” is no address of a registry. It looks like https://registry.example.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not allow_http:
        raise errors.Misused(f"{site} is not encrypted: a secret would be read on the way. Use https://, or say --allow-http.")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def retry_after(answer: httpx.Response) -> float | None:
    """The seconds of Retry-After, which is a number or a date (RFC 9110 §10.2.3), or of the problem's own member."""
    told = answer.headers.get("Retry-After", "").strip() or str(_problem(answer).get("retry_after", ""))
    if told.isdigit():
        return float(told)
    with suppress(TypeError, ValueError):
        return max(0.0, email.utils.parsedate_to_datetime(told).timestamp() - time.time())
    return None


def document(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        host = answer.request.url.host
        raise errors.Unavailable(f"{host} answered something that is not JSON. Is a proxy in between, or is it "
                                 "another site?") from error  # fmt: skip


def problem(answer: httpx.Response, *, newer: bool = False) -> errors.CountersignError:
    """The exception for an answer that is no success."""
    status = answer.status_code
    if answer.is_redirect:
        to = answer.headers.get("Location", "elsewhere")
        return errors.Misused(f"The registry is at another address: {to}. Sign in with that one.")
    told = _problem(answer)
    if newer and status in (404, 405, 415) and told.get("code", "request.") in (
        "request.", "request.not_found", "request.method", "request.media_type"
    ):  # fmt: skip
        return errors.Unknown("This registry does not offer that (yet): its version is older than this client.")
    if status >= 500:
        number = f" Its operator finds it by the request id {told['request_id']}." if told.get("request_id") else ""
        return errors.Unavailable(f"{told.get('detail') or f'The registry answered {status}.'}{number}")
    if status == 401:
        return errors.SignedOut(str(told.get("detail") or "The client is not known (any more)."))
    if told.get("code") == "client.scope":
        return errors.NotPermitted(told, status)
    if status == 404:
        return errors.NotThere(told, status)
    return errors.Refused(told, status)


def busy(answer: httpx.Response) -> errors.CountersignError:
    return errors.Unavailable(str(_problem(answer).get("detail") or f"The registry answered {answer.status_code}."))


def code_of(answer: httpx.Response) -> str:
    return str(_problem(answer).get("code", ""))


def _problem(answer: httpx.Response) -> dict[str, Any]:
    """A problem document; empty for an answer that is none."""
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def unreachable(site: str, error: httpx.TransportError) -> errors.CountersignError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            # Waiting mends no certificate.
            raise errors.Unavailable(
                f"The certificate of {site} is not trusted here: {cause.verify_message}. If your studio has an authority "
                "of its own, name it in SSL_CERT_FILE."
            ) from error
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.UnsupportedProtocol):
        raise errors.Misused(f"{site} cannot be asked: {error}.") from error
    if isinstance(error, httpx.TimeoutException):
        return errors.Unavailable(f"{site} did not answer in time.")
    why = str(error) or type(error).__name__
    return errors.Unavailable(f"{site} cannot be reached: {why}.")
