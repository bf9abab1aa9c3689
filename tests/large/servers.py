"""The services of a large installation, real ones on this machine; a test is skipped, with the reason, where one is missing."""

import logging
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import psycopg
import pytest
from psycopg import sql

from tests import databases

POSTGRESQL = databases.SERVER
# Botocore signs with whatever it is given; the stand-in for S3 believes it.
KEY, SECRET = "northlight", "not-a-secret"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int, *, within: float = 60) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with socket.socket() as line:
            line.settimeout(1)
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.05)
    return False


@contextmanager
def database(*, empty: bool = False) -> Iterator[str]:
    """A fresh database's address, with all its tables unless it is to be empty; dropped afterwards."""
    name = f"countersign_large_{secrets.token_hex(4)}"
    try:
        server = psycopg.connect(f"{POSTGRESQL}/postgres", connect_timeout=3, autocommit=True)
    except psycopg.OperationalError as absent:
        pytest.skip(f"not run: no PostgreSQL at 127.0.0.1:5432 ({str(absent).splitlines()[0]})")
    with server:
        template = sql.Identifier("template1" if empty else databases.on_server())
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), template))
        try:
            yield f"{POSTGRESQL}/{name}"
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """The address of a Redis server of our own, without the number of a database."""
    if not shutil.which("redis-server"):
        pytest.skip("not run: redis-server is not installed")
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert answers(port), "redis-server does not answer"
        yield f"redis://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


@contextmanager
def rabbitmq() -> Iterator[str]:
    """The address of a fresh virtual host on the machine's RabbitMQ."""
    if not shutil.which("rabbitmqctl") or os.geteuid() != 0:
        pytest.skip("not run: rabbitmqctl is not installed, or only root may call it")
    if not answers(5672, within=3):
        pytest.skip("not run: no RabbitMQ at 127.0.0.1:5672")
    host = f"countersign-large-{secrets.token_hex(4)}"
    _rabbitmqctl("add_vhost", host)
    try:
        _rabbitmqctl("set_permissions", "-p", host, "guest", ".*", ".*", ".*")
        yield f"amqp://guest:guest@127.0.0.1:5672/{host}"
    finally:
        _rabbitmqctl("delete_vhost", host)


def _rabbitmqctl(*command: str) -> None:
    subprocess.run(["rabbitmqctl", "--quiet", *command], check=True, capture_output=True, timeout=240)


@cache
def _s3() -> int:
    """The port of an S3 server that keeps everything in memory; it ends with the tests."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    return server.get_host_and_port()[1]


def s3_client():
    return boto3.client(
        "s3", endpoint_url=f"http://127.0.0.1:{_s3()}", region_name="us-east-1", aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
    )  # fmt: skip


def copied(storage: str, folder: Path) -> int:
    """Everything in a bucket, as files of the same names in a folder, as `aws s3 sync` does; gives how many."""
    name = urlsplit(storage).hostname
    pages = s3_client().get_paginator("list_objects_v2").paginate(Bucket=name)
    keys = [one["Key"] for page in pages for one in page.get("Contents", ())]
    for key in keys:
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        s3_client().download_file(name, key, str(folder / key))
    return len(keys)


def bucket() -> str:
    """The address of a fresh bucket."""
    name = f"countersign-{secrets.token_hex(4)}"
    s3_client().create_bucket(Bucket=name)
    return f"s3://{KEY}:{SECRET}@{name}?endpoint=http://127.0.0.1:{_s3()}&region=us-east-1"
