"""Files as other makers leave them: in the style of generators, cameras, phones and editors, under makers of our own.

C2PA 1.x and 2.x, actions of both versions, assets without credentials, and AI that only an ingredient or only metadata
states. The shapes follow what such products write; names and keys are invented.
"""

import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from provenance.media import packets, sniff
from provenance.media.bounds import Bounds
from provenance.sandbox import Anchor, IngredientFile, Sandbox, SignRequest
from tests.assets import build, first_version
from tests.assets.studio import Studio

LISTED = "https://registry.example/trust/c2pa"
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED, EDITED = IPTC + "trainedAlgorithmicMedia", IPTC + "compositeWithTrainedAlgorithmicMedia"
PHONE, CAMERA = IPTC + "computationalCapture", IPTC + "digitalCapture"

Action = Mapping[str, Any]


def act(name: str, source: str = "", **more: Any) -> dict[str, Any]:
    return {"action": f"c2pa.{name}", **({"digitalSourceType": source} if source else {}), **more}


class Makers:
    """Makers with keys under one authority, whose root is the list that readers hold them against."""

    def __init__(self, folder: Path, *, root: str = "listed"):
        self.folder, self.keys = folder, folder / root
        self.box = Sandbox(children=1)
        self.studios: dict[str, Studio] = {}
        self.count = 0
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        return (Anchor(LISTED, self.studio("Root").anchors[0].pem),)

    def studio(self, name: str) -> Studio:
        if name not in self.studios:
            self.studios[name] = Studio(self.keys, f"org_{name.lower().replace(' ', '_')}", name)
        return self.studios[name]

    def put(self, data: bytes, extension: str = "jpg") -> Path:
        self.count += 1
        path = self.folder / f"{self.count}.{extension}"
        path.write_bytes(data)
        return path

    def second(self, maker: str, actions: Iterable[Action], *, data: bytes = b"", used: Iterable[dict[str, Any]] = (),
               complete: bool | None = None, version: int = 2, generator: str = "", more: Iterable[dict] = (),
               created: bool = True) -> bytes:
        """A JPEG with actions of the second version. `used` are ingredients: data, title, relationship, label."""
        told: dict[str, Any] = {"actions": list(actions)}
        if complete is not None:
            told["allActionsIncluded"] = complete
        definition = {
            "title": "picture.jpg", "claim_version": version,
            "claim_generator_info": [{"name": generator or maker, "version": "1.0"}],
            "assertions": [{"label": "c2pa.actions.v2", "created": created, "data": told}, *more],
        }  # fmt: skip
        files = [IngredientFile(self.put(one["data"]), "image/jpeg", one["title"], one["relationship"], one["label"])
                 for one in used]  # fmt: skip
        source, target, studio = self.put(data or build.small_jpeg()), self.put(b""), self.studio(maker)
        self.box.sign(
            SignRequest(
                source, "image/jpeg", definition, studio.signer.chain_pem, studio.signer.algorithm, target,
                ingredients=files, intent="edit" if files else "", anchors=self.anchors,
            ),
            studio.signer.sign,
        )  # fmt: skip
        return target.read_bytes()

    def first(self, maker: str, actions: Iterable[Action], **assertions: Any) -> bytes:
        """A PNG with a claim and actions of the first version."""
        studio = self.studio(maker)
        stated = {"c2pa.actions": {"actions": list(actions)}, **assertions}
        return first_version.png(
            build.result_png(), stated, title="image.png", generator=f"{maker.replace(' ', '_')}/1.0",
            chain_pem=studio.signer.chain_pem, sign=studio.signer.sign,
        )  # fmt: skip

    def close(self) -> None:
        self.box.close()


def described(data: bytes, **properties: str) -> bytes:
    """A file with these of IPTC's and PLUS's properties in its XMP; an underscore stands for the colon."""
    source, target = io.BytesIO(data), io.BytesIO()
    said = {name.replace("_", ":", 1): value for name, value in properties.items()}
    packets.write(source, target, sniff.sniff(source), said, Bounds())
    return target.getvalue()


# --- in the style of … --------------------------------------------------------------------------------------------


def chat_image(makers: Makers) -> bytes:
    """A chat service's pictures of 2024: claims of the first version, the tool as text, converted after creation."""
    made = [act("created", TRAINED, softwareAgent="Lumen Image 3"), act("converted", softwareAgent="Lumen API")]
    return makers.first("Lumen", made)


def chat_image_today(makers: Makers) -> bytes:
    """The same service since: the second version, its own earlier picture as parent, the tool as an object."""
    made = [act("created", TRAINED, softwareAgent={"name": "Lumen 4o"}), act("converted", softwareAgent={"name": "Lumen API"})]
    parent = makers.second("Lumen", made, version=1)
    opened = [act("opened", parameters={"ingredientIds": ["p"]}), act("converted", softwareAgent={"name": "Chat"})]
    return makers.second("Lumen", opened, used=[used(parent)])


def creative_suite(makers: Makers) -> bytes:
    """A creative suite's generator: created from a prompt, with a statement on training beside it."""
    made = [act("created", TRAINED, softwareAgent={"name": "Ember Generate", "version": "3"})]
    training = {"label": "cawg.training-mining", "data": {"entries": {"cawg.ai_training": {"use": "notAllowed"}}}}
    return makers.second("Ember Creative", made, complete=True, more=[training])


def generative_fill(makers: Makers) -> bytes:
    """A photograph, opened in an editor and filled in with AI."""
    photo = camera(makers)
    done = [
        act("opened", parameters={"ingredientIds": ["p"]}),
        act("edited", EDITED, softwareAgent={"name": "Ember Fill"}, description="Generative fill"),
        act("cropped", IPTC + "humanEdits"),
    ]  # fmt: skip
    return makers.second("Ember Creative", done, used=[used(photo)], complete=True)


def phone(makers: Makers) -> bytes:
    """A phone's photograph: several exposures calculated into one."""
    taken = [act("created", PHONE, description="Created by Halo Camera.")]
    return makers.second("Halo Phone", taken, complete=True, generator="Halo C2PA Core Generator Library")


def phone_edit(makers: Makers) -> bytes:
    """The phone's own editor, with AI, and a watermark."""
    done = [
        act("opened", parameters={"ingredientIds": ["p"]}),
        act("edited", EDITED, description="Edited with Halo Photos"),
        act("watermarked.unbound"),
    ]
    return makers.second("Halo Phone", done, used=[used(phone(makers))], complete=True)


def camera(makers: Makers) -> bytes:
    """A camera of the second version."""
    return makers.second("Norden Imaging", [act("created", CAMERA)], complete=True)


def rangefinder(makers: Makers) -> bytes:
    """A camera of the first version: EXIF in an assertion, no word on completeness."""
    exif = {"@context": {"exif": "http://ns.adobe.com/exif/1.0/"}, "exif:Model": "Kessel M1"}
    return makers.first("Kessel Camera", [act("created", CAMERA)], **{"stds.exif": exif})


def secure_capture(makers: Makers) -> bytes:
    """An app that captures: assertions of its own, actions of the second version under a claim of the first."""
    place = {"label": "com.plainlens.odometry", "data": {"steps": 12}}
    return makers.second("Plain Lens", [act("created", CAMERA)], version=1, more=[place])


def from_a_plain_file(makers: Makers) -> bytes:
    """An edit of a file that had no credentials."""
    done = [act("opened", parameters={"ingredientIds": ["p"]}), act("adjustedColor", IPTC + "humanEdits")]
    return makers.second("Ember Creative", done, used=[used(build.small_jpeg())], complete=True)


def placed_ai(makers: Makers) -> bytes:
    """A layout whose own actions say nothing of AI; a picture placed in it was made with it."""
    done = [
        act("created", IPTC + "digitalCreation"),
        act("placed", parameters={"ingredientIds": ["p"]}),
    ]
    component = used(creative_suite(makers), "componentOf", "generated.jpg")
    return makers.second("Folio Layout", done, used=[component], complete=True)


def prompted_by_ai(makers: Makers) -> bytes:
    """A drawing for which a generated picture only served as a reference."""
    done = [act("opened", parameters={"ingredientIds": ["p"]}), act("drawing", IPTC + "digitalCreation")]
    reference = used(creative_suite(makers), "inputTo", "reference.jpg", "r")
    return makers.second("Folio Draw", done, used=[used(camera(makers)), reference], complete=True)


def ambiguous(makers: Makers) -> bytes:
    """A composite of which nobody can tell, with an action in the maker's own words."""
    return makers.second("Folio Layout", [act("created", IPTC + "composite"), {"action": "com.folio.blended"}])


def metadata_assertion(makers: Makers) -> bytes:
    """The actions are silent; IPTC's properties in the manifest are not."""
    told = {
        "@context": {"Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"},
        "Iptc4xmpExt:DigitalSourceType": EDITED, "Iptc4xmpExt:AISystemUsed": "Ember Fill",
    }  # fmt: skip
    more = [{"label": "c2pa.metadata", "kind": "Json", "data": told}]
    return makers.second("Norden Imaging", [act("created", IPTC + "humanEdits")], more=more)


def bound_metadata(makers: Makers) -> bytes:
    """The credentials are silent, and the XMP they bind states AI."""
    data = described(build.small_jpeg(), Iptc4xmpExt_DigitalSourceType=TRAINED, Iptc4xmpExt_AISystemUsed="Lumen Image")
    return makers.second("Norden Imaging", [act("created", IPTC + "humanEdits")], data=data)


def only_metadata(_: Makers) -> bytes:
    """No credentials; IPTC's properties in XMP, as generators write them."""
    return described(
        build.result_png(), Iptc4xmpExt_DigitalSourceType=TRAINED, Iptc4xmpExt_AISystemUsed="Lumen Image",
        Iptc4xmpExt_AISystemVersionUsed="3", plus_DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED",
    )  # fmt: skip


def only_a_system(_: Makers) -> bytes:
    """No credentials and no source type, only the name of an AI system."""
    return described(build.result_webp(), Iptc4xmpExt_AISystemUsed="Lumen Image")


def captured_metadata(_: Makers) -> bytes:
    return described(build.turned_jpg(), Iptc4xmpExt_DigitalSourceType=CAMERA)


def silent(makers: Makers) -> bytes:
    return makers.second("Folio Layout", [act("created", IPTC + "humanEdits")])


def used(data: bytes, relationship: str = "parentOf", title: str = "photo.jpg", label: str = "p") -> dict[str, Any]:
    return {"data": data, "title": title, "relationship": relationship, "label": label}


CORPUS: dict[str, Callable[[Makers], bytes]] = {
    made.__name__: made
    for made in (
        chat_image, chat_image_today, creative_suite, generative_fill, phone, phone_edit, camera, rangefinder,
        secure_capture, from_a_plain_file, placed_ai, prompted_by_ai, ambiguous, metadata_assertion, bound_metadata,
        only_metadata, only_a_system, captured_metadata, silent,
    )
}  # fmt: skip
