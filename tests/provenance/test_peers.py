"""Our conclusions on a built corpus are those of other readers of Content Credentials, or docs/peers.md says why not."""

import base64
import io
import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import c2pa
import encypher_c2pa
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from provenance import keys
from provenance.conclusion import RegistryFacts, TrustLists
from provenance.reading import Reading
from provenance.report import conclude
from provenance.sandbox import IngredientFile, Sandbox
from tests.assets import bad, build
from tests.assets.studio import REGISTRY_LIST, Studio, manifest, now

LISTED = Path(__file__).parents[2] / "docs" / "peers.md"
LISTS = TrustLists(registry_uri=REGISTRY_LIST, development=True)
CARRIERS = {
    "result.jpg": "image/jpeg", "result.png": "image/png", "result.webp": "image/webp", "result.gif": "image/gif",
    "result.tiff": "image/tiff", "result.avif": "image/avif", "result.svg": "image/svg+xml", "result.mp4": "video/mp4",
    "result.mov": "video/quicktime", "voice.m4a": "audio/mp4", "voice.wav": "audio/wav", "voice.mp3": "audio/mpeg",
    "voice.flac": "audio/flac", "result.avi": "video/x-msvideo", "script.pdf": "application/pdf",
}  # fmt: skip
EVERY_STATE = ("result.jpg", "result.mp4", "script.pdf")
ANOTHER_PURPOSE = x509.ObjectIdentifier("1.3.6.1.4.1.62558.99")  # assigned to nothing
ABSENT = ("absent", "absent", "absent")


class Corpus:
    """Signed files and what was done to them, each with the sidecar that lies beside it, if any."""

    def __init__(self, folder: Path):
        self.folder, self.box = folder, Sandbox(children=1)
        self.studio, self.stranger = Studio(folder / "keys"), Studio(folder / "strange", "org_strange", "Strange")
        self.files: dict[str, tuple[str, Path, Path | None]] = {}
        for name in EVERY_STATE:
            (folder / name).write_bytes((build.library() / name).read_bytes())
        began = time.monotonic()
        self._signed("result.mp4", self.studio)
        # Three signings follow; on this machine the leaf outlives them.
        path = self.studio.short_lived(lives := 2 + 6 * (time.monotonic() - began))
        self.short = keys.signer(f"file:{path}", directory=self.studio.directory, at=now())
        ends = time.monotonic() + lives + 1
        for name in EVERY_STATE:
            self._put(name, "expired", self._signed(name, self.studio, self.short))
        for name, media_type in CARRIERS.items():
            self._carrier(name, media_type)
        self._put("result.jpg", "remote only", bad.remote_jpg("http://127.0.0.1:9/never-asked.c2pa"))
        self._put("result.jpg", "ingredient tampered", self._around("result.jpg", self.files["result.jpg, tampered content"][1]))
        time.sleep(max(0.0, ends - time.monotonic()))

    def _carrier(self, name: str, media_type: str) -> None:
        source = self.folder / name
        source.write_bytes((build.library() / name).read_bytes())
        self._put(name, "stripped", source.read_bytes())
        signed = self._signed(name, self.studio)
        self._put(name, "valid", signed)
        self._put(name, "tampered manifest", _restated(signed))
        if name in EVERY_STATE:
            self._put(name, "wrong purpose", self._for_another_purpose(name))
            self._put(name, "untrusted", self._signed(name, self.stranger))
            self._put(name, "tampered content", _flipped(signed, source.read_bytes()))
            self._beside(name, media_type, source)

    def _beside(self, name: str, media_type: str, source: Path) -> None:
        sidecar = self.folder / f"{name}.c2pa"
        self.box.sign(self.studio.request(source, media_type, None, sidecar_destination=sidecar), self.studio.signer.sign)
        self.files[f"{name}, sidecar"] = (media_type, source, sidecar)
        other = self.folder / f"other {name}"
        other.write_bytes(_flipped(source.read_bytes(), source.read_bytes()))
        self.files[f"{name}, swapped"] = (media_type, other, sidecar)

    def _signed(self, name: str, by: Studio, signer: keys.Signer | None = None, **more) -> bytes:
        target, signer = self.folder / f"signed {name}", signer or by.signer
        chain = {"chain_pem": signer.chain_pem, "alg": signer.algorithm}
        self.box.sign(by.request(self.folder / name, CARRIERS[name], target, **chain, **more), signer.sign)
        return target.read_bytes()

    def _for_another_purpose(self, name: str) -> bytes:
        """By a leaf of the same authority that is not made for signing claims, by its extended key usage. No key of this
        registry's may be such a one (keys.py), so the library is told of a world in which that purpose is allowed."""
        pem = self.studio.for_another_purpose(ANOTHER_PURPOSE).read_bytes()
        key, chain = serialization.load_pem_private_key(pem, None), x509.load_pem_x509_certificates(pem)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        told = {
            "trust": {"trust_config": ANOTHER_PURPOSE.dotted_string, "trust_anchors": self.studio.anchors[0].pem},
            "verify": {"verify_after_sign": False}, "builder": {"thumbnail": {"enabled": False}},
        }  # fmt: skip
        signer = c2pa.Signer.from_callback(
            lambda data: key.sign(data, ec.ECDSA(hashes.SHA256())), c2pa.C2paSigningAlg.ES256,
            "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in chain), None,
        )  # fmt: skip
        target = io.BytesIO()
        with c2pa.Context.from_dict(told, signer=signer) as context, c2pa.Builder(manifest(), context=context) as builder:
            builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
            with (self.folder / name).open("rb") as source:
                builder.sign(CARRIERS[name], source, target)
        return target.getvalue()

    def _around(self, name: str, used: Path) -> bytes:
        return self._signed(
            name, self.studio, ingredients=[IngredientFile(used, CARRIERS[name], "used", "componentOf", "used")]
        )

    def _put(self, name: str, state: str, data: bytes) -> None:
        path = self.folder / f"{state} {name}"
        path.write_bytes(data)
        self.files[f"{name}, {state}"] = (CARRIERS[name], path, None)


def _flipped(data: bytes, content: bytes) -> bytes:
    """One bit of the content changed, deep inside what its format leaves to the media."""
    piece = content[len(content) * 3 // 5 :][:24]
    at = data.index(piece) + 8
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _restated(signed: bytes) -> bytes:
    """A word of the manifest changed, in the file or, as a drawing carries it, in base64."""
    if b"De-aging of" not in signed:
        found = re.search(rb"<c2pa:manifest[^>]*>([^<]+)<", signed)
        assert found is not None
        inside = base64.b64encode(_restated(base64.b64decode(found[1])))
        return signed[: found.start(1)] + inside + signed[found.end(1) :]
    return signed.replace(b"De-aging of", b"De-aging oF", 1)


# With these the engine's own state is Invalid, though no byte is changed (C2PA 2.4 §15.7, §15.8).
SIGNATURE_FAILS = {
    "claimSignature.mismatch", "claimSignature.missing", "claimSignature.outsideValidity", "signingCredential.expired",
    "signingCredential.invalid",
}  # fmt: skip

# Each reader's words in ours: integrity, signature, and trust as trusted, untrusted or absent.


def ours(corpus: Corpus, path: Path, media_type: str, sidecar: Path | None) -> tuple[str, str, str]:
    reading = Reading.of(corpus.box.read(path, sidecar=sidecar, anchors=corpus.studio.anchors))
    report = conclude(reading, RegistryFacts(), LISTS, file=path.name, at=datetime.now(UTC))
    trust = {"registry": "trusted", "listed": "trusted"}.get(report.trust.state, report.trust.state)
    return report.integrity.state, report.signature.state, trust


def plain_reader(corpus: Corpus, path: Path, media_type: str, sidecar: Path | None) -> tuple[str, str, str]:
    """The words of the engine's own Reader: validation_state, and the codes of what failed in the active manifest."""
    told = {
        "trust": {"trust_anchors": corpus.studio.anchors[0].pem},
        "verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
    }
    try:
        context = c2pa.Context(c2pa.Settings.from_dict(told))
        with path.open("rb") as file:
            reader = c2pa.Reader(media_type, file, sidecar.read_bytes() if sidecar else None, context=context)
            found = json.loads(reader.json())
    except c2pa.C2paError as refused:
        return ABSENT if "ManifestNotFound" in str(refused) else ("unreadable", "absent", "absent")
    failed = {one["code"] for one in found.get("validation_results", {}).get("activeManifest", {}).get("failure", [])}
    return _closed(failed, found["validation_state"] == "Trusted")


def encypher(corpus: Corpus, path: Path, media_type: str, sidecar: Path | None) -> tuple[str, str, str]:
    """An independent implementation: whether a store is there, integrity, signature, and trust in the anchors given."""
    found = encypher_c2pa.verify(
        path.read_bytes(), media_type, manifest_store=sidecar.read_bytes() if sidecar else None,
        trust_pem=corpus.studio.anchors[0].pem, no_default_trust=True, telemetry=False, online=False,
    )  # fmt: skip
    if not found["present"]:
        return ABSENT
    integrity = {"valid": "intact", "invalid": "altered"}[found["integrity"]]
    signature = {"valid": "valid", "invalid": "invalid", "unknown": "absent"}[found["signature"]]
    trust = {"valid_for_supplied_material": "trusted", "not_evaluated": "absent"}.get(found["trust"]["status"], "untrusted")
    return integrity, signature, trust


def _closed(failed: set[str], trusted: bool) -> tuple[str, str, str]:
    invalid = bool(failed & SIGNATURE_FAILS)
    altered = any(code.endswith(("mismatch", "missing", "undeclared")) for code in failed)
    untrusted = invalid or "signingCredential.untrusted" in failed
    assert trusted or failed, "neither trusted nor anything said against it"
    return "altered" if altered else "intact", "invalid" if invalid else "valid", "untrusted" if untrusted else "trusted"


PEERS = {"c2pa-python": plain_reader, "encypher-c2pa": encypher}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    made = Corpus(tmp_path_factory.mktemp("peers"))
    yield made
    made.box.close()


def listed() -> dict[tuple[str, str], tuple[str, str]]:
    lines = [line for line in LISTED.read_text().splitlines() if line.startswith(("| result.", "| script."))]
    rows = (line.strip("| ").split(" | ") for line in lines)
    return {(file, peer): (theirs, here) for file, peer, theirs, here, why in rows if why.strip()}


def test_other_readers_conclude_as_we_do_or_the_difference_is_listed_with_its_reason(corpus):
    differences = {}
    for name, (media_type, path, sidecar) in corpus.files.items():
        here = ours(corpus, path, media_type, sidecar)
        for peer, read in PEERS.items():
            theirs = read(corpus, path, media_type, sidecar)
            if theirs != here:
                differences[name, peer] = (", ".join(theirs), ", ".join(here))
    assert differences == listed()


def test_what_was_done_to_each_file_is_what_we_say_of_it(corpus):
    expected = {
        "valid": ("intact", "valid", "trusted"), "sidecar": ("intact", "valid", "trusted"), "stripped": ABSENT,
        "untrusted": ("intact", "valid", "untrusted"), "tampered manifest": ("altered", "valid", "trusted"),
        "tampered content": ("altered", "valid", "trusted"), "swapped": ("altered", "valid", "trusted"),
        "remote only": ("elsewhere", "absent", "absent"), "ingredient tampered": ("intact", "valid", "trusted"),
        "expired": ("intact", "invalid", "untrusted"), "wrong purpose": ("intact", "invalid", "untrusted"),
    }  # fmt: skip
    found = {name: ours(corpus, path, kind, sidecar) for name, (kind, path, sidecar) in corpus.files.items()}
    assert found == {name: expected[name.partition(", ")[2]] for name in found}
