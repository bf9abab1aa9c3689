"""A stamped asset outlives the certificate that signed it; an unstamped one does not."""

import time

import pytest

from provenance import keys
from provenance.sandbox import Anchor, Sandbox, SigningFailed
from tests.assets import build
from tests.assets.studio import Studio, now
from tests.assets.timestamp_authority import TimestampAuthority

TIME_LIST = "https://registry.example/trust/time"
RESULT = build.library() / "result.jpg"


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    return Studio(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    with TimestampAuthority(tmp_path_factory.mktemp("tsa")) as authority:
        yield authority


@pytest.fixture(scope="module")
def box():
    box = Sandbox(children=1)
    yield box
    box.close()


def test_a_stamped_asset_stays_trusted_after_its_certificate_has_expired(studio, authority, box, tmp_path):
    began = time.monotonic()
    studio.sign(box, RESULT, tmp_path / "first.jpg", tsa_url=authority.url)
    # Twice that follows, with a leaf that lives long enough for it on this machine.
    path = studio.short_lived(2 + 4 * (time.monotonic() - began))
    signer = keys.signer(f"file:{path}", directory=studio.directory, at=now())
    anchors = (*studio.anchors, Anchor(TIME_LIST, authority.root_pem, "tsa"))
    chain = {"chain_pem": signer.chain_pem, "alg": signer.algorithm, "anchors": anchors}
    stamped, bare = tmp_path / "stamped.jpg", tmp_path / "bare.jpg"
    box.sign(studio.request(RESULT, "image/jpeg", stamped, tsa_url=authority.url, **chain), signer.sign)
    box.sign(studio.request(RESULT, "image/jpeg", bare, **chain), signer.sign)
    while_it_lives = {path.name: box.read(path, anchors=anchors) for path in (stamped, bare)}

    time.sleep(max(0.0, (signer.not_after - now()).total_seconds()) + 1.1)
    afterwards = {path.name: box.read(path, anchors=anchors) for path in (stamped, bare)}

    assert {name: found["state"] for name, found in while_it_lives.items()} == {
        "stamped.jpg": "Trusted",
        "bare.jpg": "Trusted",
    }
    assert {name: found["state"] for name, found in afterwards.items()} == {
        "stamped.jpg": "Trusted",
        "bare.jpg": "Invalid",
    }
    assert afterwards["stamped.jpg"]["time_stamp"]["state"] == "trusted"
    assert afterwards["stamped.jpg"]["time_stamp"]["time"]
    assert afterwards["bare.jpg"]["time_stamp"] == {"state": "absent", "time": ""}
    with pytest.raises(keys.KeyUnavailable) as refusal:
        keys.signer(f"file:{path}", directory=studio.directory, at=now())
    assert refusal.value.code == "key.expired"


def test_a_stamp_by_an_authority_nobody_listed_is_told_as_untrusted(studio, authority, box, tmp_path):
    path = tmp_path / "stamped.jpg"
    box.sign(studio.request(RESULT, "image/jpeg", path, tsa_url=authority.url), studio.signer.sign)

    assert box.read(path, anchors=studio.anchors)["time_stamp"]["state"] == "untrusted"


def test_a_signer_known_only_to_the_time_stamp_list_is_valid_and_not_trusted(studio, box, tmp_path):
    """The library calls it Trusted: it does not hold a list to its kind."""
    path = studio.sign(box, RESULT, tmp_path / "signed.jpg")

    found = box.read(path, anchors=[Anchor(TIME_LIST, studio.anchors[0].pem, "tsa")])

    assert (found["state"], found["library_state"], found["trust_list_uri"]) == ("Valid", "Trusted", TIME_LIST)


@pytest.mark.parametrize("mood", ["ill", "gone"])
def test_nothing_is_signed_when_the_authority_gives_no_stamp(studio, authority, box, tmp_path, mood):
    path = tmp_path / "signed.jpg"
    url = authority.url if mood == "ill" else "http://127.0.0.1:9/"
    authority.mood = "ill"
    try:
        with pytest.raises(SigningFailed) as failure:
            box.sign(studio.request(RESULT, "image/jpeg", path, tsa_url=url), studio.signer.sign)
    finally:
        authority.mood = "well"

    assert failure.value.code == "signing.time_stamp"
    assert not path.exists()
