"""A signed frame sequence as it is fetched: one ZIP with its index, its credentials and its frames."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

from countersign.errors import Damaged

INDEX = "sequence.json"
PIECE = 1024 * 1024


def compared(path: Path, wanted: str) -> int:
    """How many frames there are, each with the hash that the signed index says. Raises Damaged.

    `wanted` is the SHA-256 of the index, as the registry published it; "" where nothing was.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            signed = archive.read(INDEX)
            if wanted and hashlib.sha256(signed).hexdigest() != wanted:
                raise Damaged(f"The index in {path.name} is not the one that was signed.")
            index = json.loads(signed)
            for frame in index["frames"]:
                name = index["pattern"] % frame["number"]
                if _sha256(archive, name) != frame["sha256"]:
                    raise Damaged(f"{name} in {path.name} is not the frame that was signed.")
            return len(index["frames"])
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise Damaged(f"{path.name} is no whole sequence: {error}.") from error


def _sha256(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as frame:
        while piece := frame.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
