"""Speak to an address that somebody outside named, and never to one inside: checked, resolved once, bounded in time and size.

A vendor says where its webhooks go; a request made from here must not reach what only we can reach (SSRF). So: https, a
public address, the very address that was checked, no redirects, no proxies, nothing read beyond a bound, and one wall of
time around all of it, which a receiver that sends a byte now and then does not move.
"""

import http.client
import io
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from registry.errors import Invalid, Unavailable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Iterable[str]]

LONGEST_ADDRESS = 2000
CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 15.0
MOST_BYTES = 64 * 1024
# Of the addresses a name has; whoever is reached by none of these is not reached.
MOST_TRIED = 3
PIECE = 16 * 1024
# Below it lie the ports of mail, files and remote shells: no receiver of ours, and not all of them close on a stray request.
FIRST_FREE_PORT = 1024
HTTPS_PORT = 443

LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# A last label that is a number makes the whole name one (WHATWG URL §3.5): 2130706433, 0x7f000001, 0177.1, 127.1.
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
VISIBLE = re.compile(r"[\x21-\x7e]+")
TOKEN = re.compile(r"[A-Za-z0-9-]+")
MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
# All that is given out to anybody; what lies outside is local, a group, or a way of writing an IPv4 address.
UNICAST = ipaddress.IPv6Network("2000::/3")
DOCUMENTATION = ipaddress.IPv6Network("3fff::/20")  # RFC 9637, too new for ipaddress
RELAYS = ipaddress.IPv4Network("192.88.99.0/24")


class NotThere(Invalid):
    """An address that is not spoken to, whoever asks."""

    def __init__(self, detail: str) -> None:
        super().__init__("outbound.address", detail)


class NotPublic(Invalid):
    """A name that leads inside, or to nobody in particular."""

    def __init__(self, host: str) -> None:
        super().__init__(
            "outbound.not_public",
            f"{host} does not lead to a public address. Name one that can be reached from the internet, "
            "or ask the operator to allow this host.",
        )


class NotReached(Unavailable):
    """Nobody answered: the name is unknown, nothing listens, or the certificate is not trusted."""

    def __init__(self, detail: str) -> None:
        super().__init__("outbound.unreachable", detail)


class TooSlow(Unavailable):
    def __init__(self, seconds: float) -> None:
        super().__init__("outbound.too_slow", f"It did not answer in full within {seconds:g} seconds.")


class NoAnswer(Unavailable):
    """What came back is no answer in HTTP, or has no end."""

    def __init__(self, detail: str) -> None:
        super().__init__("outbound.no_answer", detail)


@dataclass(frozen=True, slots=True)
class Destination:
    """An address taken apart and found fit to be resolved; `allowed` where an operator vouches for the host."""

    scheme: str
    host: str
    port: int
    target: str
    allowed: bool

    @property
    def literal(self) -> Address | None:
        """The host, where it is an address and not a name."""
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None

    @property
    def authority(self) -> str:
        """As the Host header names it (RFC 9110 §7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        standard = HTTPS_PORT if self.scheme == "https" else http.client.HTTP_PORT
        return host if self.port == standard else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `cut` says that there was more than was read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool


@dataclass(slots=True)
class Wall:
    """The end of everything, however it is spent."""

    seconds: float
    began: float = field(default_factory=time.monotonic)

    def left(self, most: float | None = None) -> float:
        left = self.began + self.seconds - time.monotonic()
        if left <= 0:
            raise TooSlow(self.seconds)
        return min(left, most) if most else left


def destination(address: str, *, allowed: Collection[str] = ()) -> Destination:
    """Take an address apart; raises NotThere and NotPublic. Nothing is looked up: a name may lead elsewhere by tomorrow,
    so it is asked, and its answer checked, each time it is spoken to.

    `allowed` are hosts an operator vouches for, as `name` or `name:port`: these may be inside, and may speak plain http.
    """
    if len(address) > LONGEST_ADDRESS or not VISIBLE.fullmatch(address) or "\\" in address:
        raise NotThere(
            f"The address has at most {LONGEST_ADDRESS} characters, all of them visible ASCII; "
            "write another script's name in its form xn--… and percent-encode the rest."
        )
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError as error:
        raise NotThere("The address cannot be read. It looks like https://hooks.example.com/countersign.") from error
    if parts.scheme not in ("https", "http") or not host:
        raise NotThere("The address begins with https:// and the name of a host.")
    if "@" in parts.netloc:
        raise NotThere("The address holds a name or a password. Leave it out: what is sent is signed.")
    if "#" in address:
        raise NotThere("The address holds a fragment (#…), which is never sent. Leave it out.")
    standard = HTTPS_PORT if parts.scheme == "https" else http.client.HTTP_PORT
    port = standard if port is None else port
    vouched = not {host, f"{host}:{port}"}.isdisjoint(one.lower() for one in allowed)
    found = Destination(parts.scheme, _host(host), port, _target(parts.path, parts.query), vouched)
    if not vouched:
        if parts.scheme != "https":
            raise NotThere("The address begins with https://: over http anybody on the way could read and change what is sent.")
        if port != HTTPS_PORT and port < FIRST_FREE_PORT:
            raise NotThere(f"Port {port} is not spoken to. Use {HTTPS_PORT}, or one from {FIRST_FREE_PORT}.")
        if found.literal is not None and not is_public(found.literal):
            raise NotPublic(host)
    return found


def _host(host: str) -> str:
    if ":" in host:
        try:
            if "%" in host:
                raise ValueError
            return str(ipaddress.IPv6Address(host))
        except ValueError as error:
            raise NotThere("The host looks like an IPv6 address and is none.") from error
    labels = host.split(".")
    if NUMBER.fullmatch(labels[-1]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError as error:
            raise NotThere("The host is a number. Name it, or write its IPv4 address as four decimal numbers.") from error
    if len(host) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise NotThere("The name of the host holds letters, digits and hyphens; write another script's in its form xn--….")
    return host


def _target(path: str, query: str) -> str:
    return (path or "/") + (f"?{query}" if query else "")


def is_public(address: Address) -> bool:
    """Whether an address is one host's of the public internet, however it is written: an IPv4 address within an IPv6 one
    is judged by itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in MAPPED or address in NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address in SIX_TO_FOUR:
            return is_public(ipaddress.IPv4Address(int(address) >> 80 & 0xFFFFFFFF))
        return address in UNICAST and address not in DOCUMENTATION and address.is_global
    return address.is_global and not address.is_multicast and address not in RELAYS


def _never(address: Address) -> bool:
    """What no operator means by allowing a host: a cloud's own metadata, groups, and no address at all."""
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    address = inner or address
    return address.is_link_local or address.is_multicast or address.is_unspecified


def resolve(host: str, port: int) -> Iterable[str]:
    """The addresses of a name, as the system knows them."""
    return [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def checked(to: Destination, *, wall: Wall, resolve: Resolve = resolve) -> list[Address]:
    """The addresses to connect to, every one of them fit. One that is not refuses the whole name: whoever mixes them is
    trying what gets through."""
    found = [to.literal] if to.literal is not None else _looked_up(to, wall, resolve)
    if not all(to.allowed or is_public(one) for one in found) or any(_never(one) for one in found):
        raise NotPublic(to.host)
    return found[:MOST_TRIED]


def _looked_up(to: Destination, wall: Wall, resolve: Resolve) -> list[Address]:
    """In a thread: the system's resolver knows no time of ours, and is left behind when it is too slow."""
    found: list[str] = []
    failed: list[Exception] = []

    def ask() -> None:
        try:
            found.extend(resolve(to.host, to.port))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(wall.left(CONNECT_SECONDS))
    if asking.is_alive():
        raise NotReached(f"The name {to.host} was not resolved within {CONNECT_SECONDS:g} seconds.")
    if failed or not found:
        raise NotReached(f"The name {to.host} is not known.")
    return [ipaddress.ip_address(one.partition("%")[0]) for one in dict.fromkeys(found)]


def post(
    address: str, body: bytes, headers: Mapping[str, str], *, allowed: Collection[str] = (), resolve: Resolve = resolve,
    tls: ssl.SSLContext | None = None, seconds: float = WHOLE_SECONDS, most: int = MOST_BYTES,
) -> Answer:  # fmt: skip
    """POST a body there and read at most `most` bytes of the answer, headers included. Raises Invalid for an address that
    is not spoken to, Unavailable where no answer came; whatever was answered, a redirect too, is an Answer."""
    return _asked("POST", address, body, headers, allowed=allowed, resolve=resolve, tls=tls, seconds=seconds, most=most)


def get(
    address: str, headers: Mapping[str, str] | None = None, *, allowed: Collection[str] = (), resolve: Resolve = resolve,
    tls: ssl.SSLContext | None = None, seconds: float = WHOLE_SECONDS, most: int = MOST_BYTES,
) -> Answer:  # fmt: skip
    """GET what lies there, by the same rules and within the same bounds."""
    return _asked("GET", address, b"", headers or {}, allowed=allowed, resolve=resolve, tls=tls, seconds=seconds, most=most)


def _asked(
    method: str, address: str, body: bytes, headers: Mapping[str, str], *, allowed: Collection[str], resolve: Resolve,
    tls: ssl.SSLContext | None, seconds: float, most: int,
) -> Answer:  # fmt: skip
    wall = Wall(seconds)
    to = destination(address, allowed=allowed)
    with _connected(to, checked(to, wall=wall, resolve=resolve), wall, tls) as connection:
        try:
            _say(connection, _request(method, to, body, headers), wall)
            return _heard(connection, method, wall, most)
        except TimeoutError as error:
            raise TooSlow(seconds) from error
        except ssl.SSLError as error:
            raise NotReached(f"The connection to {to.host} broke off: {_why(error)}.") from error
        except OSError as error:
            raise NotReached(f"{to.host} closed the connection before it had answered.") from error


def _connected(to: Destination, addresses: list[Address], wall: Wall, tls: ssl.SSLContext | None) -> socket.socket:
    """A connection to one of the addresses that were checked; the name is not looked up again."""
    failed: OSError | None = None
    trying = Wall(CONNECT_SECONDS)
    for address in addresses:
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        plain = socket.socket(family, socket.SOCK_STREAM)
        try:
            plain.settimeout(wall.left(trying.left()))
            plain.connect((str(address), to.port))
            if to.scheme == "http":
                return plain
            plain.settimeout(wall.left(CONNECT_SECONDS))
            return (tls or ssl.create_default_context()).wrap_socket(plain, server_hostname=to.host)
        except TooSlow as late:
            plain.close()
            raise NotReached(f"No connection to {to.host} within {CONNECT_SECONDS:g} seconds.") from late
        except OSError as error:
            plain.close()
            failed = error
    if isinstance(failed, TimeoutError):
        raise NotReached(f"No connection to {to.host} within {CONNECT_SECONDS:g} seconds.") from failed
    raise NotReached(f"No connection to {to.host}:{to.port}: {_why(failed)}.") from failed


def _why(error: OSError | None) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message.rstrip('.')})"
    if isinstance(error, ssl.SSLError):
        return "it does not speak TLS 1.2 or newer as it should"
    return (error.strerror or "it failed").lower() if error else "it has no address"


def _request(method: str, to: Destination, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = {
        "Host": to.authority, "Connection": "close", "Accept-Encoding": "identity", **headers,
        **({"Content-Length": str(len(body))} if method == "POST" else {}),
    }  # fmt: skip
    for name, value in lines.items():
        if not TOKEN.fullmatch(name) or not re.fullmatch(r"[\x20-\x7e]*", value):
            raise ValueError(f"{name} cannot be said in a header")
    told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {to.target} HTTP/1.1\r\n{told}\r\n".encode("ascii") + body


def _say(connection: socket.socket, request: bytes, wall: Wall) -> None:
    for start in range(0, len(request), PIECE):
        connection.settimeout(wall.left())
        connection.sendall(request[start : start + PIECE])


class _Bounded(io.RawIOBase):
    """What comes over a connection, up to a number of bytes and to the wall, which every single read asks."""

    def __init__(self, connection: socket.socket, wall: Wall, most: int) -> None:
        self.connection, self.wall, self.left, self.cut = connection, wall, most, False

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        if not self.left:
            self.cut = True
            return 0
        self.connection.settimeout(self.wall.left())
        read = self.connection.recv_into(into, min(len(into), self.left))
        self.left -= read
        return read


class _Heard:
    """What http.client takes for a socket."""

    def __init__(self, bounded: _Bounded) -> None:
        self.bounded = bounded

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        return io.BufferedReader(self.bounded, PIECE)


def _heard(connection: socket.socket, method: str, wall: Wall, most: int) -> Answer:
    bounded = _Bounded(connection, wall, most)
    response = http.client.HTTPResponse(_Heard(bounded), method=method)  # type: ignore[arg-type]
    try:
        response.begin()
    except (http.client.HTTPException, ValueError) as error:
        raise NoAnswer("What came back is no answer in HTTP.") from error
    body = b""
    try:
        while piece := response.read1(PIECE):
            body += piece
    except (http.client.HTTPException, ValueError):
        # A body that ends before its time, or whose pieces cannot be read: the status was said all the same.
        bounded.cut = True
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, headers, body, bounded.cut)
