"""The delivery board: where each shot stands by the newest file sent for it, whose turn it is, and what to do next."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent.models import Decision
from provenance import deliveries
from provenance.models import Asset, Delivery, SigningJob
from registry import clients
from registry.models import Membership, Production, Unit
from tests import cast as people
from tests import shots
from tests.assets import build
from tests.vendor.people import page

pytestmark = pytest.mark.django_db
MOST = 20
MANY = 3_000
HOSTILE = "<script>alert(1)</script>\u202egpj.exe" + "x" * 200


def sent(cast, unit: Unit | None, state: str, *, title="shot.exr", minutes_ago=0, problem=None, vendor=None) -> Asset:
    """A file that came so far, without its bytes."""
    at = timezone.now() - timedelta(minutes=minutes_ago)
    vendor = vendor or cast.parallax
    client = vendor.api_clients.first() or clients.register(
        name="Farm", organisation=vendor, by=None, reason="Set up", at=at)[0]  # fmt: skip
    asked = Decision.objects.filter(requester=vendor).first() or Decision.objects.create(
        production=cast.harbor, requester=vendor, purpose="intake", request={}, request_hash="0" * 64, outcome="permit",
        answer={}, decision_hash="0" * 64, engine_version="1", as_of=at, known_at=at, recorded_at=at,
    )  # fmt: skip
    row = Asset.objects.create(
        production=cast.harbor, vendor=vendor, client=client, title=title, sha256=f"{Asset.objects.count():064x}", size=1,
        media_type="image/x-exr", media={}, declaration={}, declaration_hash="0" * 64, decision=asked, received_at=at,
    )  # fmt: skip
    if unit:
        Delivery.objects.create(asset=row, unit=unit)
    SigningJob.objects.create(
        asset=row, vendor=vendor, intake_key=row.sha256, state=state, problem=problem, not_before=at, called_at=at, changed_at=at
    )
    return row


def shot(cast, code: str) -> Unit:
    return Unit.objects.create(production=cast.harbor, code=code, description="The pier at night")


def counts(text: str) -> dict[str, int]:
    return {words.strip(): int(count) for count, words in re.findall(r"<b>(\d+)</b>([^<]+)", text)}


def test_a_file_moves_its_shot_over_the_board(studio, hatch, board):
    """Nothing sent; refused for want of consent; sent again and on its way; signed."""
    start = page(board, "/vendor/")
    assert "Nothing waits for you" in start and counts(start)["with nothing sent yet"] == 1 and "Ask about it" in start
    assert shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg()).status_code == 403
    refused = page(board, "/vendor/")
    assert "One shot needs something from you" in refused and "Ask the studio for what is needed" in refused
    assert counts(refused)["refused: yours to mend"] == 1 and counts(refused)["with nothing sent yet"] == 0
    people.verified(studio, at=timezone.now())
    assert shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg()).status_code == 202
    under_way = page(board, "/vendor/")
    assert "One shot is on the way to a signature" in under_way and "Nothing is refused, held or failed." in under_way
    shots.work()
    done = page(board, "/vendor/")
    assert "Everything is signed" in done and counts(done)["signed"] == 1
    production = page(board, f"/vendor/productions/{studio.harbor.public_id}/")
    assert production.count("/vendor/assets/") == 2 and "M. Vale" in production


def test_trouble_comes_first_by_whose_turn_it_is_and_then_the_longest_waiting(cast, board):
    sent(cast, shot(cast, "a"), "held", title="held.exr", minutes_ago=50)
    sent(cast, shot(cast, "b"), "dead", title="dead.exr", minutes_ago=60)
    sent(cast, shot(cast, "c"), "refused", title="refused-lately.exr", minutes_ago=1)
    sent(cast, None, "refused", title="refused-before.exr", minutes_ago=90)
    mended = shot(cast, "d")
    sent(cast, mended, "refused", title="mended.exr", minutes_ago=9)
    sent(cast, mended, "signed", title="mended-again.exr")
    told = page(board, "/vendor/").partition("What to do next")[2].partition("Productions</h2>")[0]
    order = re.findall(r">([a-z-]+\.exr)</a>", told)
    assert order == ["refused-before.exr", "refused-lately.exr", "dead.exr", "held.exr"]


@pytest.mark.parametrize(("problem", "words"), [
    (None, "a lawyer of the studio decides"),
    ({"code": "extent.more_than_declared", "to_clear": ["Send a matte."]}, "Send a matte."),
    ({"code": "likeness.resembles", "to_clear": []}, "decides"),
])  # fmt: skip
def test_what_is_held_says_for_whom_it_waits(problem, words):
    assert words in deliveries.next_step("held", problem)


def test_a_desks_refusal_leads_to_the_studio_and_not_to_another_try():
    assert "Talk to the studio" in deliveries.next_step("refused", {"code": "consent.refused_by_desk", "to_clear": []})


def test_the_list_is_searched_narrowed_and_turned(cast, board):
    for number in range(30):
        sent(cast, shot(cast, f"x{number:03}"), "signed" if number % 2 else "held", title=f"x{number:03}.exr")
    first = page(board, "/vendor/")
    assert "Page 1 of 2" in first and "31 in all" in first
    assert "Page 2 of 2" in page(board, "/vendor/?page=2") and "Page 2 of 2" in page(board, "/vendor/?page=99")
    shots_of = lambda text: re.findall(r"<td><b>([^<]+)</b>", text)  # noqa: E731
    assert shots_of(page(board, "/vendor/?q=x007")) == ["x007"]
    assert len(shots_of(page(board, "/vendor/?state=held"))) == 15
    assert shots_of(page(board, "/vendor/?state=nothing")) == ["sh114"]
    assert "No shot is like that" in page(board, "/vendor/?q=nowhere")
    assert len(shots_of(page(board, f"/vendor/?production={cast.harbor.public_id}&q=x02"))) == 10
    everything = page(board, "/vendor/sent/?q=x007")
    assert everything.count("/vendor/assets/") == 1 and "x007.exr" in everything
    assert "Nothing sent is like that" in page(board, "/vendor/sent/?state=dead")


def test_what_files_are_called_is_shown_and_does_nothing(cast, board):
    unit = Unit.objects.create(production=cast.harbor, code="<b>x</b>", description=HOSTILE[:300])
    row = sent(cast, unit, "refused", title=HOSTILE, problem={"code": "consent.no_grant", "detail": HOSTILE, "errors": [],
                                                               "to_clear": [HOSTILE], "decision": ""})  # fmt: skip
    for address in ("/vendor/", "/vendor/sent/", f"/vendor/assets/{row.public_id}/",
                    f"/vendor/productions/{cast.harbor.public_id}/"):  # fmt: skip
        told = page(board, address)
        assert "<script>alert" not in told and "\u202e" not in told and "[U+202E]" in told, address


def test_another_vendors_files_for_the_same_shot_move_nothing(cast, board):
    cast.harbor.vendors.add(cast.umbra)
    sent(cast, cast.sh114, "refused", vendor=cast.umbra, title="theirs.exr")
    told = page(board, "/vendor/")
    assert "theirs.exr" not in told and counts(told)["with nothing sent yet"] == 1
    assert "theirs.exr" not in page(board, "/vendor/sent/?q=theirs")
    assert "theirs.exr" not in page(board, f"/vendor/productions/{cast.harbor.public_id}/")


def test_what_the_sandbox_holds_stands_on_no_board(studio, board):
    trying, _ = clients.register(name="Try-outs", organisation=studio.parallax, by=None, reason="Set up", at=timezone.now(),
                                 sandbox=True)  # fmt: skip
    work = Production.objects.seen_by(trying).get()
    told = page(board, "/vendor/")
    assert work.title not in told and counts(told)["with nothing sent yet"] == 1
    for address in (f"/vendor/productions/{work.public_id}/", f"/vendor/productions/{work.public_id}/send/"):
        assert page(board, address, 404)
    assert "Sandbox" in page(board, "/vendor/programs/")


def test_whoever_begins_is_told_what_to_do_first(cast, board):
    assert "May I do this?" in page(board, "/vendor/") and "Nothing was sent yet" in page(board, "/vendor/sent/")
    cast.harbor.vendors.clear()
    told = page(board, "/vendor/")
    assert "No shot is entrusted to you yet" in told and "add Parallax VFX to the vendors of its production" in told


def test_whoever_works_for_two_vendors_chooses_and_sees_one_at_a_time(cast, vera, board):
    Membership.objects.create(user=vera, organisation=cast.umbra, role="vendor")
    row = sent(cast, cast.sh114, "held", title="ours.exr")
    assert board.get("/vendor/sent/").url == "/vendor/choose/?next=/vendor/sent/"
    assert board.post("/vendor/choose/", {"vendor": cast.southgate.public_id}).status_code == 404
    assert board.post("/vendor/choose/", {"vendor": cast.umbra.public_id, "next": "//evil.example/"}).url == "/vendor/"
    assert "ours.exr" not in page(board, "/vendor/sent/") and page(board, f"/vendor/assets/{row.public_id}/", 404)
    assert board.post("/vendor/choose/", {"vendor": cast.parallax.public_id, "next": "/vendor/sent/"}).url == "/vendor/sent/"
    assert "ours.exr" in page(board, "/vendor/sent/") and page(board, f"/vendor/assets/{row.public_id}/")


def test_of_thousands_of_files_no_page_asks_more_than_twenty_questions(cast, board):
    """Each answered by an index: no page goes through the table of what was sent for which shot."""
    grow(cast)
    row = Asset.objects.first()
    asked = {}
    for address in ("/vendor/", "/vendor/?q=x01&state=held", "/vendor/sent/", "/vendor/sent/?q=x0017",
                    f"/vendor/productions/{cast.harbor.public_id}/", f"/vendor/assets/{row.public_id}/"):  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            page(board, address)
        asked[address] = len(queries)
    assert max(asked.values()) <= MOST, asked
    if connection.vendor == "sqlite":
        plan = deliveries.shots(cast.parallax).explain()
        assert "SCAN" not in "".join(line for line in plan.splitlines() if "provenance_" in line), plan


def grow(cast):
    """Thousands of files, five for each shot."""
    first = sent(cast, None, "signed")
    same = {name: getattr(first, name) for name in ("production", "vendor", "client", "size", "media_type", "media",
                                                    "declaration", "declaration_hash", "decision", "received_at")}  # fmt: skip
    units = Unit.objects.bulk_create(Unit(production=cast.harbor, code=f"x{n:04}") for n in range(MANY // 5))
    rows = Asset.objects.bulk_create(
        (Asset(**same, title=f"x{n % len(units):04}_v{n // len(units)}.exr", sha256=f"{n + 10:064x}") for n in range(MANY)),
        batch_size=900,
    )
    at, states = timezone.now(), ("held", "dead", "refused", "received", "signed", "signed", "signed")
    Delivery.objects.bulk_create(
        (Delivery(asset=one, unit=units[n % len(units)]) for n, one in enumerate(rows)), batch_size=900)  # fmt: skip
    SigningJob.objects.bulk_create(
        (SigningJob(asset=one, vendor=cast.parallax, intake_key=one.sha256, state=states[n % 7], not_before=at, called_at=at,
                    changed_at=at) for n, one in enumerate(rows)), batch_size=900)  # fmt: skip
    Production.objects.bulk_create(Production(studio=cast.northlight, title=f"Film {n}") for n in range(30))
