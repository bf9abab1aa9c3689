"""Is a folder of frames the sequence that was signed? Its root is made anew, and what differs is named by its numbers.

Read only, for operators (`manage.py verify FOLDER`). The signed index is taken from the folder, else from the record here,
else made from the frames and what their credentials state; which it was, is told.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from provenance import sequence_index, sequences, shelf, trust, verification
from provenance.frame_archive import INDEX, SIDECAR
from provenance.models import Credential
from provenance.reading import Reading, listing, mapping
from provenance.report import Report
from provenance.sequence_index import LABEL, Difference, Index, Unlisted
from registry import strict_json
from registry.errors import Invalid

SIDECARS = "*.c2pa"


@dataclass(frozen=True, slots=True)
class FolderReport:
    """The report on the index that was signed, and how the frames in the folder differ from it.

    `index_from`: folder, record or frames. `difference` is None where no signed index could be found to compare with:
    then the frames that are there are not those that were signed, and nobody here can say which of them.
    """

    report: Report
    index_from: str
    root: str
    signed_root: str
    difference: Difference | None

    @property
    def whole(self) -> bool:
        """Whether every frame that was signed is there, unchanged, and no other; and what was signed is intact."""
        return self.difference is not None and self.difference.nothing and self.report.integrity.state == "intact"


class NotASequence(Invalid):
    """The folder, or the credentials given with it, are not those of a frame sequence."""


def check(folder: Path, *, sidecar: Path | None, at: datetime) -> FolderReport:
    """Hold the frames of a folder against their credentials. Raises NotASequence."""
    credentials = sidecar or _sidecar_in(folder)
    files = sequences.hashed(folder)
    files = {name: told for name, told in files.items() if not name.endswith(SIDECARS[1:])}
    with shelf.scratch() as scratch:
        stated = _stated(credentials)
        index, index_from = _index(folder, stated, files)
        frames = {name: told for name, told in files.items() if index.pattern.number(name) is not None}
        here = _made_of(index, frames)
        document = scratch / "index"
        document.write_bytes(index.document())
        report = verification.verify(path=document, name=folder.name, at=at, sidecar=credentials)
    told = sequence_index.compared(index, {name: sha256 for name, (sha256, _) in files.items() if name != INDEX})
    signed_root = str(mapping(stated.assertion(LABEL).get("merkle")).get("root"))
    bound = report.integrity.state == "intact" and index.root == signed_root
    return FolderReport(report, index_from, here.root if here else "", signed_root, told if bound else None)


def _sidecar_in(folder: Path) -> Path:
    found = [folder / SIDECAR] if (folder / SIDECAR).is_file() else sorted(folder.glob(SIDECARS))
    if len(found) != 1:
        detail = f"There {'is no' if not found else 'is more than one'} .c2pa file in {folder.name}: name it with --sidecar."
        raise NotASequence("verification.no_file", detail)
    return found[0]


def _stated(credentials: Path) -> Reading:
    """What the credentials say, whether or not anything here fits them."""
    with shelf.scratch() as folder:
        (folder / "nothing").write_bytes(b"-")
        reading = Reading.of(trust.sandbox().read(folder / "nothing", sidecar=credentials, anchors=trust.anchors()))
    if not reading.assertion(LABEL):
        raise NotASequence("verification.no_sequence", "These credentials state nothing of a frame sequence.")
    return reading


def _index(folder: Path, stated: Reading, files: dict[str, tuple[str, int]]) -> tuple[Index, str]:
    signed_root = mapping(stated.assertion(LABEL).get("merkle")).get("root")
    for found, where in ((_in_folder(folder), "folder"), (_on_record(stated), "record")):
        if found is not None and found.root == signed_root:
            return found, where
    return _from_frames(stated, files), "frames"


def _in_folder(folder: Path) -> Index | None:
    path = folder / INDEX
    if not path.is_file() or path.stat().st_size > sequence_index.LARGEST_DOCUMENT:
        return None
    return _read(path.read_bytes())


def _on_record(stated: Reading) -> Index | None:
    """The index that was kept when these credentials were released here."""
    found = Credential.objects.filter(manifest_label=stated.active, media_type=sequence_index.MEDIA_TYPE).first()
    if found is None:
        return None
    with shelf.opened(found.storage_key) as file:
        return _read(file.read())


def _read(document: bytes) -> Index | None:
    try:
        return sequence_index.read_document(strict_json.read(document))
    except (strict_json.NotJSON, Unlisted):
        return None


def _from_frames(stated: Reading, files: dict[str, tuple[str, int]]) -> Index:
    """The index as it would be if these frames were those that were signed."""
    told = stated.assertion(LABEL)
    gaps = [dict(mapping(one)) for one in listing(told.get("missing"))]
    said = {"pattern": told.get("pattern"), "missing": gaps} | ({"rate": told["rate"]} if told.get("rate") else {})
    try:
        listed = sequence_index.read(said)
    except Unlisted:
        listed = sequence_index.Listed()
    if listed.pattern is None:
        raise NotASequence("verification.no_sequence", "What these credentials state of a sequence cannot be read.")
    index = Index(listed.pattern, (), listed.missing, listed.rate)
    made = _made_of(index, {name: one for name, one in files.items() if index.pattern.number(name) is not None})
    if made is None:
        raise NotASequence("verification.no_sequence", f"There is no frame called like {index.pattern} in the folder.")
    return made


def _made_of(index: Index, frames: dict[str, tuple[str, int]]) -> Index | None:
    """An index of the same pattern, gaps and rate, of these frames; None where there are none."""
    found = [
        sequence_index.Frame(number, sha256, size)
        for name, (sha256, size) in frames.items()
        if (number := index.pattern.number(name)) is not None
    ]
    found.sort(key=lambda one: one.number)
    return Index(index.pattern, tuple(found), index.missing, index.rate) if found else None
