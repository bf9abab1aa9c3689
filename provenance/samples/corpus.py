"""The sandbox's samples: what is sent, with which declaration, and what the service answers. A test holds it to each.

In a declaration `@` and an alias stand for the id of somebody in the sandbox; `files/` is made by tests/assets/samples.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]
PERMIT = "Permit Person"
AS_PERSON = "@"
MODEL: Json = {"name": "sample", "type": "not_disclosed"}
# A fifth of the picture, as the measured samples change it; and a corner, which is less than they do.
FIFTH = {"type": "rectangle", "unit": "percent", "x": 30, "y": 20, "width": 40, "height": 50}
CORNER = {"type": "rectangle", "unit": "percent", "x": 30, "y": 20, "width": 20, "height": 20}


@dataclass(frozen=True, slots=True)
class Expected:
    """What comes back. `status` and `code` are the first answer's, and `pointers` those of its errors; `state` is where the
    asset stands once it waits for nothing but an answer, with `reason` the code of what it waits for or was refused for."""

    status: int
    state: str = ""
    code: str = ""
    pointers: tuple[str, ...] = ()
    reason: str = ""
    band: str = ""
    shares: Mapping[str, tuple[float | None, str]] = field(default_factory=dict)
    sidecar: bool = False

    def as_dict(self) -> dict[str, Any]:
        extent = {
            "band": self.band,
            "elements": [{"element": one, "share": share, "method": method} for one, (share, method) in self.shares.items()],
        }
        return {
            "status": self.status, "code": self.code or None, "pointers": list(self.pointers), "state": self.state or None,
            "reason": self.reason or None, "extent": extent if self.band else None, "sidecar": self.sidecar,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """One sending. `after` names those that are to be sent before; `then` is an answer to what is held, and what follows."""

    name: str
    about: str
    file: str
    expected: Expected
    operations: tuple[Json, ...] = ()
    depicted: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    more: Json = field(default_factory=dict)
    after: tuple[str, ...] = ()
    then: tuple[str, Expected] | None = None

    def declaration(self, production: str, people: Mapping[str, str]) -> dict[str, Any]:
        said: dict[str, Any] = {"version": 1, "production": production, "title": f"{self.name} ({self.file})"}
        if self.parts:
            said["ingredients"] = [{"id": one, "relation": "parentOf", "part": one, "title": file}
                                   for one, file in self.parts.items()]  # fmt: skip
        if self.operations:
            said["operations"] = [dict(one) for one in self.operations]
        if self.depicted:
            said["depictions"] = [
                {"id": label, "person": people[who[1:]] if who.startswith(AS_PERSON) else who, "role": "target_likeness",
                 "modality": "voice" if label == "heard" else "face"}
                for label, who in self.depicted.items()
            ]  # fmt: skip
        return said | dict(self.more)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question put before the work, about one person."""

    name: str
    about: str
    alias: str
    outcome: str
    codes: tuple[str, ...]
    territories: tuple[str, ...] = ("US",)
    use: str = "de_aging"

    def question(self, production: str, people: Mapping[str, str]) -> dict[str, Any]:
        depiction = {"id": "who", "person": people[self.alias], "role": "target_likeness", "modality": "face", "use": self.use}
        return {"production": production, "territories": list(self.territories), "depictions": [depiction]}


def de_aging(**more: Any) -> Json:
    return {
        "id": "op-1", "element": "picture", "technique": "de_aging", "tool": {"name": "Sample", "version": "1.0"}, "model": MODEL,
        "oversight": "human_validated", "depicts": ["seen"], **more,
    }  # fmt: skip


def within(shape: Json) -> Json:
    return {"regions": [{"id": "op-1.where", "shape": shape}]}


BY_PLATE: Json = {"evidence": {"difference": {"input": "plate"}}}
SEEN = {"seen": f"{AS_PERSON}{PERMIT}"}
DERIVED, FROM_PLATE, WHOLE = "derived:regions", "measured:difference", "derived:whole"


def _refused(name: str, alias: str, code: str, about: str, **more: Any) -> Sample:
    """The same file and the same act, with somebody else in it."""
    return Sample(
        name, about, "refused.jpg", Expected(403, state="refused", code=code, pointers=("/depictions/0",), reason=code),
        operations=(de_aging(**within(FIFTH)),), depicted={"seen": f"{AS_PERSON}{alias}"}, **more,
    )  # fmt: skip


def _at_fault(name: str, about: str, code: str, *pointers: str, **more: Any) -> Sample:
    return Sample(name, about, "faulty.jpg", Expected(422, code=code, pointers=pointers), **more)


def _unreadable(name: str, file: str, code: str, about: str) -> Sample:
    return Sample(name, about, file, Expected(422, code=code))


FIFTH_OF_IT = Expected(202, state="signed", band="partial", shares={"picture": (0.2, FROM_PLATE)})

SAMPLES = (
    Sample(
        "picture", "A face made younger within a region: signed, with the share that the region has.", "picture.jpg",
        Expected(202, state="signed", band="partial", shares={"picture": (0.2, DERIVED)}),
        operations=(de_aging(**within(FIFTH)),), depicted=SEEN,
    ),
    Sample(
        "no-ai", "Nothing was done by AI, and it is said so: signed.", "drawing.png",
        Expected(202, state="signed", band="none_stated"), more={"complete": True},
    ),
    Sample(
        "share-unknown", "AI was used, and nobody says how much: signed, and unknown is not nought.", "poster.webp",
        Expected(202, state="signed", band="unknown", shares={"picture": (None, "unknown")}),
        operations=(
            {"id": "op-1", "element": "picture", "technique": "inpaint", "tool": {"name": "Sample"}, "model": MODEL},
        ),
    ),
    Sample(
        "film-with-sound", "A film with a cloned voice for half of its length: signed.", "film.mp4",
        Expected(202, state="signed", band="partial", shares={"voice": (0.5, DERIVED)}),
        operations=({
            "id": "op-1", "element": "voice", "technique": "voice_clone", "tool": {"name": "Sample"},
            "model": MODEL, "depicts": ["heard"],
            "regions": [{"id": "op-1.when", "time": {"start_s": 0, "end_s": 1}}],
        },),
        depicted={"heard": f"{AS_PERSON}{PERMIT}"},
    ),
    Sample(
        "sound", "A sound that a model made: signed.", "hum.wav",
        Expected(202, state="signed", band="full", shares={"sound": (1, WHOLE)}),
        operations=({
            "id": "op-1", "element": "sound", "technique": "generated_sound", "tool": {"name": "Sample"}, "whole": True,
            "model": MODEL,
        },),
    ),
    Sample(
        "sidecar", "A format that cannot carry credentials: its bytes stay as they are, and a sidecar lies beside them.",
        "frame.exr", Expected(202, state="signed", band="none_stated", sidecar=True), more={"complete": True},
    ),
    Sample(
        "measured", "Measured by its plate, and found as declared: signed with what was measured.", "result.png",
        FIFTH_OF_IT, operations=(de_aging(**within(FIFTH), **BY_PLATE),), depicted=SEEN, parts={"plate": "plate.png"},
    ),
    Sample(
        "measured-more", "Measured by its plate, and more than declared: held; accepted, it is signed with what was measured.",
        "second-result.png", Expected(202, state="held", reason="extent.more_than_declared"),
        operations=(de_aging(**within(CORNER), **BY_PLATE),), depicted=SEEN, parts={"plate": "second-plate.png"},
        then=("accept", FIFTH_OF_IT),
    ),
    Sample(
        "counsel", "Somebody kept the right to approve shots: held for a lawyer; accepted, it is signed.", "counsel.jpg",
        Expected(202, state="held", reason="consent.needs_counsel"), operations=(de_aging(**within(FIFTH)),),
        depicted={"seen": f"{AS_PERSON}Needs Counsel Person"},
        then=("accept", Expected(202, state="signed", band="partial", shares={"picture": (0.2, DERIVED)})),
    ),
    Sample(
        "likeness", "It looks like the sample “picture” and names no AI: held for a comparison; refused, it stays so.",
        "picture-once-more.jpg", Expected(202, state="held", reason="provenance.possible_likeness"), after=("picture",),
        then=("refuse", Expected(202, state="refused", reason="consent.refused_by_desk")),
    ),
    Sample(
        "laundering", "The very file of the sample “picture”, declared without the AI in it: refused.", "picture.jpg",
        Expected(403, code="provenance.laundering", pointers=("",)), after=("picture",),
    ),
    _refused("never-asked", "Never Asked Person", "consent.no_grant", "Nobody ever asked: refused."),
    _refused("ended", "Ended Person", "consent.ended", "The consent was withdrawn: refused."),
    _refused("expired", "Expired Person", "consent.expired", "The consent has run out: refused."),
    _refused("locked", "Locked Person", "consent.locked", "Use is suspended: refused."),
    _refused("unverified", "Awaiting Verification Person", "consent.awaiting_verification",
             "No second lawyer has verified the consent: refused."),
    _refused("minor", "Minor Person", "consent.guardian", "A child signed without a guardian: refused."),
    _refused("excluded", "Excluded Territory Person", "consent.excluded", "Excluded in Germany, and meant for it: refused.",
             more={"intended_release": {"territories": ["US", "DE"]}}),
    _at_fault("misspelt", "A name that the schema does not know.", "declaration.invalid", "/operatoins",
              more={"operatoins": []}),
    _at_fault("no-model", "New content made by a model, and no word of which model.", "declaration.invalid",
              "/operations/0/model", depicted=SEEN,
              operations=({name: said for name, said in de_aging(**within(FIFTH)).items() if name != "model"},)),
    _at_fault("stranger", "Somebody who is not in the cast.", "declaration.unknown_person", "/depictions/0/person",
              operations=(de_aging(**within(FIFTH)),), depicted={"seen": "per_0000000000000000000000"}),
    _at_fault("unknown-unit", "A shot that the production does not have.", "declaration.unknown_unit", "/unit",
              more={"unit": "sb999"}),
    _at_fault("part-missing", "An ingredient whose file was not sent along.", "declaration.part_missing",
              "/ingredients/0/part",
              more={"ingredients": [{"id": "plate", "relation": "parentOf", "part": "plate", "title": "plate.png"}]}),
    _at_fault("outside", "A region that lies beyond the frame.", "declaration.region_outside_frame",
              "/operations/0/regions/0", operations=(de_aging(**within(FIFTH | {"unit": "pixel", "x": 900})),), depicted=SEEN),
    _unreadable("truncated", "truncated.jpg", "media.truncated", "A picture of which the end is missing."),
    _unreadable("words", "words.jpg", "media.type_mismatch", "Words under the name of a picture."),
    _unreadable("empty", "empty.jpg", "media.empty", "A file without a byte in it."),
    _unreadable("too-many-boxes", "boxes.mp4", "media.too_many_parts", "A film built from more boxes than any program writes."),
)  # fmt: skip

CLEARANCES = (
    Asked("permit", "Agreed to.", PERMIT, "permit", ()),
    Asked("other-use", "A use that no word was found for: a lawyer looks at it.", PERMIT, "deny",
          ("consent.out_of_scope", "consent.needs_counsel"), use="other"),
    Asked("never-asked", "Nobody ever asked.", "Never Asked Person", "deny", ("consent.no_grant",)),
    Asked("ended", "Withdrawn.", "Ended Person", "deny", ("consent.ended",)),
    Asked("expired", "Run out.", "Expired Person", "deny", ("consent.expired",)),
    Asked("locked", "Suspended.", "Locked Person", "deny", ("consent.locked",)),
    Asked("unverified", "Not verified.", "Awaiting Verification Person", "deny", ("consent.awaiting_verification",)),
    Asked("minor", "No guardian.", "Minor Person", "deny", ("consent.guardian",)),
    Asked("counsel", "A lawyer has to look.", "Needs Counsel Person", "review", ("consent.needs_counsel",)),
    Asked("excluded-there", "Excluded in Germany.", "Excluded Territory Person", "deny", ("consent.excluded",), ("DE",)),
    Asked("permitted-elsewhere", "And in no other place.", "Excluded Territory Person", "permit", (), ("US", "CA")),
)  # fmt: skip
