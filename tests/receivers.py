"""Receivers of webhooks on this machine: real sockets, each with a manner of its own."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass
class Received:
    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    port: int
    got: list[Received] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


Manner = Callable[[socket.socket, Receiver], None]


def answering(answer: bytes) -> Manner:
    return lambda connection, _: connection.sendall(answer)


def status(code: int, *, body: bytes = b"", **headers: str) -> Manner:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return answering(f"HTTP/1.1 {code} So\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def hanging(connection: socket.socket, receiver: Receiver) -> None:
    receiver.closing.wait(60)


def dripping(connection: socket.socket, receiver: Receiver) -> None:
    """A byte of a header now and then, and never the end of it."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    while not receiver.closing.wait(0.05):
        connection.sendall(b"x")


def endless(connection: socket.socket, receiver: Receiver) -> None:
    """Ten megabytes, or as much as anybody reads."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(160):
        connection.sendall(b"y" * 65536)


@contextmanager
def opened(manner: Manner | None = None, *, wrap: Callable[[socket.socket], socket.socket] = lambda plain: plain):
    """A receiver that reads each request and answers in its manner; without one, 204."""
    listening = socket.create_server(("127.0.0.1", 0))
    receiver = Receiver(listening.getsockname()[1])

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), wrap(connection) as spoken:
            receiver.got.append(_read(spoken))
            (manner or answering(OK))(spoken, receiver)
            with suppress(OSError):
                spoken.shutdown(socket.SHUT_WR)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        listening.close()


def _read(connection: socket.socket) -> Received:
    text = b""
    while b"\r\n\r\n" not in text:
        text += connection.recv(65536) or b"\r\n\r\n"
    head, _, body = text.partition(b"\r\n\r\n")
    line, *rest = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Received(line, headers, body)


def until(holds: Callable[[], bool], *, seconds: float = 120) -> bool:
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True
