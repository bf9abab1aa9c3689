"""The database server goes away and comes back: uploads meanwhile are answered 503 at once, and nothing stays half done."""

import itertools
import random
import socket
import threading
import time

import pytest

from tests.faults import acts
from tests.faults.conftest import SERVER
from tests.faults.house import Hatch, Web, free_port
from tests.faults.test_the_database_is_held import ANSWERED_WITHIN, counted, taken_in

numbers = itertools.count(14_000_000 + random.randrange(10**5) * 100, 2)
AWAY = 10  # seconds


class Line:
    """A line to the server that can be cut: what is on it ends, and nobody is let on."""

    def __init__(self):
        self.port, self._ends, self._door = free_port(), [], None

    def open(self):
        self._door = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._let_in, args=(self._door,), daemon=True).start()

    def cut(self):
        # A thread that waits in accept() holds the port open until it is woken.
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for end in self._ends:
            end.close()
        self._ends.clear()

    def _let_in(self, door):
        while True:
            try:
                near, _ = door.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", 5432))
            self._ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(one, other):
        try:
            while piece := one.recv(65_536):
                other.sendall(piece)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


@pytest.fixture
def line(postgresql):
    line = Line()
    line.open()
    yield line
    line.cut()


def test_uploads_while_the_database_is_away_are_answered_at_once_and_taken_in_when_it_is_back(postgresql, line):
    house, name = postgresql, postgresql.variables["DATABASE_URL"].rpartition("/")[2]
    through = SERVER.replace(":5432/", f":{line.port}/") + name
    with Web(house, variables={"DATABASE_URL": through}) as web:
        said = house.do(acts.declared, title="away")
        hatch, number = Hatch(web.port, house.do(acts.new_program)), next(numbers)
        usual, before = taken_in(hatch, said), house.do(counted)

        line.cut()
        gone = time.monotonic()
        while time.monotonic() - gone < AWAY:
            begun = time.monotonic()
            answer = hatch.send(said, file=acts.picture(number), plate=acts.picture(number + 1))
            waited = time.monotonic() - begun
            assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0, answer.text
            assert answer.json()["code"] == "service.unavailable"
            assert waited <= ANSWERED_WITHIN + usual, f"answered after {waited:.1f} s, usually taken in within {usual:.1f} s"
        assert house.do(counted) == before
        line.open()

        again = hatch.send(said, file=acts.picture(number), plate=acts.picture(number + 1))
        assert again.status_code == 202, again.text
    assert house.do(acts.finish, asset_id=again.json()["id"])["state"] == "signed"
