"""`manage.py demo`: the main job through the three doors, over HTTP, by itself. Leaves its files in DATA_DIR/demo."""

import json
import shutil
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from provenance.conclusion import STATES
from provenance.management.demonstration import house, material
from provenance.management.demonstration.desk import Desk, PageRefused
from provenance.management.demonstration.hatch import Hatch, Refused

FACE = {"type": "rectangle", "unit": "percent", "x": 42.0, "y": 10.0, "width": 20.0, "height": 56.0}
CLIP_ALTERED = {"start_s": 1.0, "end_s": 3.0}
CONSENT = "C-0142"


class Unexpected(CommandError):
    """The registry did not do what this demonstration shows; the exit code says so."""


class Command(BaseCommand):
    waited, awaited = 0, ""
    help = "Consent recorded, assets signed, extent disclosed: the main job over HTTP, in a house of its own."

    def handle(self, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demonstration makes a studio of its own; run it where nothing is in production.")
        self.folder = settings.DATA_DIR / "demo"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700, parents=True)
        self.say("Building a plate and its de-aged result, as a picture and as a clip with sound")
        material.made(self.folder)
        self.say("Opening the house: web and worker, an empty registry, a demonstration studio")
        with house.opened(self.folder / "house", waiting=self.waiting) as self.house:
            try:
                self.play()
            except (Refused, PageRefused) as refused:
                raise Unexpected(f"Refused where it should not have been: {refused}") from refused
        self.say(f"Done. The files are in {self.folder}")

    # ── The main job ─────────────────────────────────────────────────────────────────────────────────────────────

    def play(self) -> None:
        program, production = self.house.sign_ins["programs"][0], self.house.sign_ins["production"]
        hatch = Hatch(self.house.site, program["client_id"], program["client_secret"])
        self.say("Desk    Tobi Okafor, a lawyer of the studio, has adopted the rules of California, SAG-AFTRA 2026 and the EU")
        self.known = hatch.production(production)
        self.mira = next(one for one in self.known["people"] if one["alias"] == "M. Vale")
        self.may_it(hatch, "deny")
        self.record_consent()
        self.may_it(hatch, "permit")
        picture = self.signed(hatch, "result.jpg", "plate.jpg", "signed.jpg", FACE)
        self.signed(hatch, "result.mp4", "plate.mp4", "signed.mp4", FACE, time=CLIP_ALTERED)
        self.anyone_checks()
        self.end_consent(picture)
        self.refuse_new(hatch)
        self.tell_copies_apart()
        self.last_report()

    def record_consent(self) -> None:
        today = timezone.now().date()
        ines, tobi = self.at_the_desk("ines"), self.at_the_desk("tobi")
        signed = (today - timedelta(days=30)).isoformat()
        self.grant = ines.enter_consent(
            number=CONSENT, person=self.mira["id"], production=self.known["id"], kind="rider",
            paper=self.folder / "rider.pdf", signed_on=signed, effective_from=signed, method="wet_ink", capacity="self",
            description="De-aging of the performer's face in scenes 110 to 118, to an apparent age of thirty.",
            line={"effect": "grant", "uses": ["de_aging"], "modalities": ["face"], "territories": "World"},
            reason="Signed rider received by courier",
        )  # fmt: skip
        self.say(f"Desk    Ines Roth enters consent {CONSENT} of M. Vale, with its paper")
        tobi.verify_consent(self.grant, reason="Compared with the paper, line by line")
        self.say(f"Desk    Tobi Okafor, a second lawyer, verifies {CONSENT}")

    def at_the_desk(self, name: str) -> Desk:
        return Desk(self.house.site, name, self.house.password(name))

    def may_it(self, hatch: Hatch, expected: str) -> None:
        answer = hatch.ask(
            production=self.known["id"], units=["sh114"],
            depictions=[{"id": "mira", "person": self.mira["id"], "role": "target_likeness", "modality": "face",
                         "use": "de_aging"}],
        )  # fmt: skip
        self.expect(answer["outcome"], expected, "the clearance")
        why = f": {answer['reasons'][0]['text']}" if answer["reasons"] else "."
        told = {"permit": "cleared", "deny": "not cleared"}[answer["outcome"]]
        self.say(f"Hatch   Parallax asks whether M. Vale may be de-aged in sh114: {told}{why}")
        for duty in answer["obligations"] if answer["outcome"] == "permit" else ():
            self.say(f"        still to be done before {duty['gate']} in {', '.join(duty['territories'])}: {duty['text']}")

    def signed(self, hatch: Hatch, result: str, plate: str, to: str, shape: Mapping[str, Any], **place: Any) -> Any:
        sent = hatch.send(self.folder / result, self.declaration(result, shape, **place), plate=self.folder / plate)
        self.say(f"Hatch   Parallax sends {result} with its plate: {sent['state']}")
        asset = hatch.wait(sent, waiting=self.waiting)
        self.expect(asset["state"], "signed", f"{result} ({asset['problem']})")
        self.expect(asset["extent"]["elements"][0]["method"].split(" (")[0], "measured:difference", f"the method of {result}")
        hatch.fetch(asset, self.folder / to)
        self.say(f"Worker  signed it; {to} is fetched. {asset['extent']['headline']['text']}")
        return asset

    def anyone_checks(self) -> None:
        (self.folder / "root.pem").write_text(requests.get(f"{self.house.site}/trust/registry", timeout=30).text)
        for name in ("signed.jpg", "signed.mp4"):
            report = self.checked(name)
            for part, state in {"integrity": "intact", "signature": "valid", "trust": "registry", "extent": "stated",
                                "registry": "registered_matching", "consent": "confirmed"}.items():  # fmt: skip
                self.expect(report[part]["state"], state, f"{part} of {name}")
            self.say(f"Window  anyone checks {name}: {report['integrity']['text']} {report['extent']['text']}")

    def end_consent(self, picture: Mapping[str, Any]) -> None:
        # Signed in anew, for signing may have taken longer than the desk takes somebody's word.
        self.at_the_desk("ines").end_consent(self.grant, reason="Letter of the performer")
        self.say(f"Desk    Ines Roth records that M. Vale has ended {CONSENT}")
        page = requests.get(picture["links"]["credential"], headers={"Accept": "text/html"}, timeout=30).text
        if "It has since ended" not in page:
            raise Unexpected("The credential's page does not say that consent has ended.")
        report = self.checked("signed.jpg")
        self.expect(report["consent"]["details"]["now"], "ended", "consent now")
        self.expect(report["signature"]["state"], "valid", "the signature after the ending")
        self.say(f"Window  the page now says: {report['consent']['text']}")

    def refuse_new(self, hatch: Hatch) -> None:
        again = self.declaration("result.jpg", FACE) | {"title": "harbor_sh114_v08.jpg"}
        try:
            sent = hatch.send(self.folder / "result.jpg", again, plate=self.folder / "plate.jpg")
        except Refused as refused:
            self.expect(refused.document["code"], "consent.ended", "the refusal")
            self.say(f"Hatch   Parallax sends a new version, and is refused: {refused}")
            return
        raise Unexpected(f"A new version was taken in after consent had ended: {sent['state']}.")

    def tell_copies_apart(self) -> None:
        signed = self.folder / "signed.jpg"
        material.tampered(signed, self.folder / "tampered.jpg")
        material.stripped(signed, self.folder / "stripped.jpg")
        for name, part, state in (("tampered.jpg", "integrity", "altered"),
                                  ("stripped.jpg", "registry", "registered_stripped")):  # fmt: skip
            report = self.checked(name)
            self.expect(report[part]["state"], state, name)
            self.say(f"Window  {name}: {report[part]['text']}")

    def last_report(self) -> None:
        report = self.checked("signed.mp4")
        (self.folder / "report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
        self.say("The report on signed.mp4, in full:")
        self.stdout.write(json.dumps(report, indent=2, ensure_ascii=False))
        for name in STATES:
            self.stdout.write(f"  {name.replace('_', '-'):<12} {report[name]['state']:<20} {report[name]['text']}")

    # ── What it is made of ───────────────────────────────────────────────────────────────────────────────────────

    def declaration(self, title: str, shape: Mapping[str, Any], **place: Any) -> dict[str, Any]:
        return {
            "version": 1, "production": self.known["id"], "unit": "sh114", "title": f"harbor_sh114_v07{Path(title).suffix}",
            "ingredients": [{"id": "plate", "relation": "parentOf", "part": "plate", "title": "sh114_plate"}],
            "operations": [{
                "id": "op-1", "element": "picture", "technique": "de_aging", "tool": {"name": "AgeShift", "version": "4.2"},
                "model": {"name": "facenet-da", "type": "c2pa.types.model.pytorch"}, "oversight": "human_validated",
                "attested_by": "Parallax VFX", "regions": [{"id": "op-1.face", "shape": shape, **place}],
                "evidence": {"difference": {"input": "plate"}}, "depicts": ["mira"],
            }],
            "depictions": [{"id": "mira", "person": self.mira["id"], "role": "target_likeness", "modality": "face"}],
        }  # fmt: skip

    def checked(self, name: str) -> dict[str, Any]:
        with (self.folder / name).open("rb") as file:
            answer = requests.post(f"{self.house.site}/api/v1/verifications", files={"file": (name, file)}, timeout=120)
        if answer.status_code != 200:
            raise Unexpected(f"{name} could not be checked: {answer.text[:300]}")
        report: dict[str, Any] = answer.json()
        return report

    def expect(self, found: Any, expected: Any, what: str) -> None:
        if found != expected:
            raise Unexpected(f"{what} is “{found}”, not “{expected}”.")

    def say(self, line: str) -> None:
        self._clear()
        self.stdout.write(line)
        self.stdout.flush()

    def waiting(self, what: str) -> None:
        """Progress while something takes its time: a line written over on a terminal, elsewhere one for each change."""
        if sys.stdout.isatty():
            self.stdout.write(f"\r\033[K  … {what}{'.' * (self.waited % 4)}", ending="")
            self.waited += 1
        elif what != self.awaited:
            self.stdout.write(f"  … {what}")
        self.awaited = what
        self.stdout.flush()

    def _clear(self) -> None:
        if sys.stdout.isatty():
            self.stdout.write("\r\033[K", ending="")
