"""Two webs, two workers and a beat on PostgreSQL, RabbitMQ or Redis, and a bucket: what one begins the other finishes."""

import io

from PIL import Image

from tests.assets import build
from tests.large.house import SETTLES_WITHIN, House, Program, verified, waited_for

UPLOADS = 6
TOLD = ("integrity", "signature", "trust", "time_stamp", "registry", "extent", "consent")


def test_the_journey_the_kill_and_the_withdrawal(house):
    known = house.acts("assemble", key=str(house.authority.issue("Northlight Pictures")))
    program = Program(house, known)
    house.manage("check", "--deploy", "--database", "default", "--fail-level", "WARNING")
    a_shot_sent_to_one_web_is_signed_by_a_worker_and_told_by_the_other(house, program)
    a_worker_that_is_killed_loses_nothing_and_nothing_is_signed_twice(house, program)
    an_ended_consent_is_known_everywhere_at_once(house, program)
    a_withdrawn_program_is_refused_by_both_webs_at_once(house, program)
    the_webs_know_of_the_key_what_a_worker_says(house)
    assert list(house.nothing.iterdir()) == [], "something was written into the working directory"
    assert house.acts("kept")["broken_links"] == []


def a_shot_sent_to_one_web_is_signed_by_a_worker_and_told_by_the_other(house: House, program: Program) -> None:
    sent = program.send(1, "harbor_sh114_v07.jpg", build.result_jpg(), program.known["declaration"], plate=build.plate_jpg())
    assert sent.status_code == 202, sent.text
    house.signed = sent.json()["id"]
    told = program.until_settled(2, house.signed)
    assert told["state"] == "signed", told
    house.content = program.content(2, house.signed)
    plain = house.get(1, "/api/v1/assets", **{"X-Forwarded-Proto": "http"})
    assert plain.status_code == 403 and plain.json()["code"] == "request.not_secure"
    assert house.healthy(1) and house.healthy(2)
    for web in (1, 2):
        report = verified(house, web, house.content)
        assert [report[name]["state"] for name in TOLD] == [
            "intact", "valid", "registry", "trusted", "registered_matching", "stated", "confirmed",
        ]  # fmt: skip
    assert not house.acts("counted")["development"]


def a_worker_that_is_killed_loses_nothing_and_nothing_is_signed_twice(house: House, program: Program) -> None:
    # So long that a worker is hardly ever between two files.
    house.stamps.takes = 4.0
    sent = [
        program.send(1 + n % 2, f"plate-{n}.jpg", picture(n), program.known["bare"] | {"title": f"plate-{n}.jpg"})
        for n in range(UPLOADS)
    ]
    assert [answer.status_code for answer in sent] == [202] * UPLOADS
    assert waited_for(lambda: house.acts("counted")["states"].get("signing", 0) == 2, SETTLES_WITHIN), "both workers never worked"
    house.kill("worker-1")
    house.stamps.takes = 0.0
    # The other signs what is left. What the killed one held stays held until its lease runs out, which is now.
    assert waited_for(lambda: house.acts("counted")["states"]["signed"] >= UPLOADS, SETTLES_WITHIN), house.acts("counted")
    house.acts("let_leases_run_out")
    states = [program.until_settled(2, answer.json()["id"])["state"] for answer in sent]
    assert states == ["signed"] * UPLOADS
    counted = house.acts("counted")
    assert counted["credentials"] == counted["files"] == UPLOADS + 1 and counted["time_stamped"]
    assert max(counted["attempts"]) >= 2, "the kill came when nothing was being signed"


def an_ended_consent_is_known_everywhere_at_once(house: House, program: Program) -> None:
    house.acts("end_consent")
    for web in (1, 2):
        report = verified(house, web, house.content)
        assert report["signature"]["state"] == "valid"
        assert report["consent"]["details"] == {"at_signing": "confirmed", "now": "ended"}
    before = house.acts("counted")["credentials"]
    refused = program.send(2, "harbor_sh114_v08.png", build.result_png(), program.known["declaration"],
                           plate=build.plate_jpg())  # fmt: skip
    assert refused.status_code == 403 and refused.json()["code"] == "consent.ended", refused.text
    assert program.asset(1, refused.json()["asset"])["state"] == "refused"
    assert house.acts("counted")["credentials"] == before


def a_withdrawn_program_is_refused_by_both_webs_at_once(house: House, program: Program) -> None:
    assert program.asset(2, house.signed)["state"] == "signed"
    house.acts("withdraw_program", client_id=program.known["client_id"])
    # What comes next is refused already, on either: nobody remembers a token.
    for web in (2, 1):
        answer = house.get(web, f"/api/v1/assets/{house.signed}", **program.token)
        assert answer.status_code == 401 and answer.json()["code"] == "client.bad_token"


def the_webs_know_of_the_key_what_a_worker_says(house: House) -> None:
    def told() -> bool:
        keys = [(house.ready(web) or {"worker": {}})["worker"].get("key", {}) for web in (1, 2)]
        return all(key.get("state") == "usable" and not key["development"] for key in keys)

    assert waited_for(told, SETTLES_WITHIN), house.ready(1)


def picture(number: int) -> bytes:
    """A small picture unlike the others."""
    target = io.BytesIO()
    Image.new("RGB", (96, 64), (40 * number, 90, 200)).save(target, "JPEG")
    return target.getvalue()
