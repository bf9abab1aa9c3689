"""Nuke: deliver what a Write node rendered, as one asset with a declaration of its frames.

Install this package into the Python that Nuke finds, put this file into ~/.nuke, and say in its menu.py:

    import nuke_after_render
    nuke.addAfterRender(nuke_after_render.deliver, nodeClass="Write")

A Write node is delivered where it has a knob `countersign` that is checked; knobs `production` and `shot` say the rest. What
was done by a model is what its own knobs say: a node with a knob `ai_technique` (such as de_aging) is told as an operation.
Without Nuke, `python nuke_after_render.py FOLDER PRODUCTION SHOT` delivers a folder of frames in the same way.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from countersign import Client, CountersignError, Refused
from countersign.sequences import Sequence, grouped

try:
    import nuke
except ImportError:
    nuke = None


def declaration(title: str, production: str, shot: str, operations: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """What is declared of a shot: each operation with its technique and tool, on the whole picture unless you measure it."""
    return {
        "version": 1, "production": production, "unit": shot, "title": title,
        "operations": [
            {"id": f"op-{number}", "element": "picture", "technique": one["technique"], "whole": True,
             "tool": {"name": one.get("tool", "Nuke"), "version": one.get("version", "unknown")}}
            for number, one in enumerate(operations, start=1)
        ],
    }  # fmt: skip


def deliver_frames(folder: Path, production: str, shot: str, operations: Iterable[Mapping[str, str]] = ()) -> str:
    """Deliver the sequence in a folder; gives the asset's id. Raises CountersignError."""
    sequences, _ = grouped(sorted(folder.iterdir()))
    if len(sequences) != 1:
        raise SystemExit(f"{folder} must hold one sequence; it holds {len(sequences)}.")
    return _send(sequences[0], declaration(sequences[0].name, production, shot, operations))


def deliver() -> None:
    """What Nuke calls after each Write node."""
    node = nuke.thisNode()
    if not (node.knob("countersign") and node["countersign"].value()):
        return
    operations = [
        {"technique": one["ai_technique"].value(), "tool": one.Class(), "version": nuke.NUKE_VERSION_STRING}
        for one in nuke.allNodes() if one.knob("ai_technique") and one["ai_technique"].value()
    ]  # fmt: skip
    try:
        folder = Path(nuke.filename(node)).parent
        asset = deliver_frames(folder, node["production"].value(), node["shot"].value(), operations)
        nuke.tprint(f"Countersign: delivered as {asset}")
    except Refused as refused:
        lines = [str(refused), *(f"To clear it: {one}" for one in refused.to_clear)]
        nuke.message("Not delivered.\n\n" + "\n".join(lines))
    except CountersignError as error:
        nuke.message(f"Not delivered: {error}")


def _send(sequence: Sequence, declared: Mapping[str, Any]) -> str:
    with Client.signed_in(patience=600) as registry:
        return registry.send(sequence, declared)["id"]


if __name__ == "__main__":
    print(deliver_frames(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
