"""The proxy of docker/proxy, run as it is but for its addresses: TLS, and the truth about who asks."""

import os
import shutil
import socket
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.large import servers

DOCKER = Path(__file__).resolve().parents[2] / "docker"


class Web(BaseHTTPRequestHandler):
    """Says what it was told."""

    def do_GET(self) -> None:
        said = "\n".join(f"{name}: {value}" for name, value in self.headers.items()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def proxy(tmp_path):
    """nginx with the configuration of docker/proxy, but for the addresses; gives its two ports."""
    if not shutil.which("nginx"):
        pytest.skip("not run: nginx is not installed")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-subj", "/CN=registry.example", "-keyout", tmp_path / "tls_key.pem", "-out", tmp_path / "tls_certificate.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    web = HTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    plain, safe = servers.free_port(), servers.free_port()
    configuration = (DOCKER / "proxy" / "nginx.conf").read_text()
    for there, here in (
        ("/tmp/", f"{tmp_path}/"), ("/run/secrets", str(tmp_path)), ("http://web:8000", f"http://127.0.0.1:{web.server_port}"),
        ("listen 8080", f"listen 127.0.0.1:{plain}"), ("listen 8443", f"listen 127.0.0.1:{safe}"),
    ):  # fmt: skip
        assert there in configuration
        configuration = configuration.replace(there, here)
    (tmp_path / "nginx.conf").write_text(configuration)
    # Root's workers would be somebody else's, who may not enter the tests' folder.
    user = "user root; " if os.geteuid() == 0 else ""
    server = subprocess.Popen(["nginx", "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-g", f"{user}daemon off;"])
    try:
        assert servers.answers(safe), "nginx does not answer"
        yield plain, safe
    finally:
        server.terminate()
        server.wait(timeout=60)
        web.shutdown()
        web.server_close()


def test_the_proxy_tells_the_web_who_asks_and_how_whatever_a_visitor_claims(proxy):
    claims = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n"
    plain, safe = proxy
    for port, scheme in ((plain, "http"), (safe, "https")):
        line = socket.create_connection(("127.0.0.1", port), timeout=60)
        if scheme == "https":
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            line = context.wrap_socket(line, server_hostname="registry.example")
            assert line.version() in ("TLSv1.2", "TLSv1.3")
        with line:
            line.sendall(f"GET / HTTP/1.1\r\nHost: registry.example\r\n{claims}Connection: close\r\n\r\n".encode())
            told = everything(line)
        assert "Host: registry.example" in told and f"X-Forwarded-Proto: {scheme}" in told
        assert "X-Forwarded-For: 127.0.0.1" in told and "192.0.2.1" not in told
        assert told.count("X-Forwarded-Proto") == told.count("X-Forwarded-For") == 1


def everything(line: socket.socket) -> str:
    said = b""
    while piece := line.recv(65536):
        said += piece
    return said.decode()
