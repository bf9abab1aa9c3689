"""Declarations to begin from: the shot of Harbor in which Parallax VFX de-aged Mira Vale, driven by Jon Abara."""

import copy
from typing import Any

from provenance.declaration import OperationStatement, Tool
from provenance.geometry import FrameRange, Media, Region, Shape, TimeRange
from provenance.techniques import TECHNIQUES

HARBOR: dict[str, Any] = {
    "version": 1,
    "production": "prd_4tXc0m9Q0mH2dJr8Tn5v1A",
    "unit": "sh114",
    "title": "harbor_sh114_v07.mp4",
    "act": "sign",
    "intended_release": {
        "territories": ["US", "DE"],
        "media": ["theatrical", "svod"],
        "languages": ["en"],
        "from": "2026-09-01",
    },
    "complete": True,
    "ingredients": [
        {"id": "plate", "relation": "inputTo", "part": "plate", "title": "sh114_plate.mov"},
        {"id": "src", "relation": "inputTo", "asset": "ast_k2n8V0w3cQ7yB1uZ5pXr9g"},
    ],
    "operations": [
        {
            "id": "op-1",
            "element": "picture",
            "technique": "de_aging",
            "tool": {"name": "AgeShift", "version": "4.2"},
            "model": {
                "name": "facenet-da",
                "type": "c2pa.types.model.pytorch",
                "identifier": "pkg:generic/facenet-da@1.3",
            },
            "oversight": "human_validated",
            "attested_by": "Parallax VFX",
            "at": "2026-07-14T09:12:00Z",
            "regions": [
                {
                    "id": "op-1.face",
                    "shape": {
                        "type": "rectangle",
                        "unit": "percent",
                        "x": 43.75,
                        "y": 16.67,
                        "width": 17.19,
                        "height": 44.44,
                    },
                    "time": {"start_s": 41.0, "end_s": 53.0},
                }
            ],
            "evidence": {"difference": {"input": "plate"}},
            "depicts": ["mira", "jon"],
        },
        {
            "id": "op-2",
            "element": "picture",
            "technique": "denoise",
            "tool": {"name": "Neat", "version": "6.0"},
            "whole": True,
        },
    ],
    "depictions": [
        {"id": "mira", "person": "per_9fK1sL4hWq0cY8dN2tRb7A", "role": "target_likeness", "modality": "face"},
        {"id": "jon", "person": "per_Zx3pQ6vM1gT0uE5aJ8rHkw", "role": "driving_performer", "modality": "performance"},
    ],
}

CLIP = Media("video", 1920, 1080, 2256, 24, 94.0, ("picture", "voice"))
STILL = Media("image", 640, 360, elements=("picture",))
TRACK = Media("audio", seconds=94.0, elements=("voice", "music", "sound"))


def harbor() -> dict[str, Any]:
    """A fresh copy of the declaration, to be changed at will."""
    return copy.deepcopy(HARBOR)


def operation(
    id: str = "op-1", element: str = "picture", technique: str = "inpaint", **given: Any
) -> OperationStatement:
    """One operation; by default inpainting of a picture, of unknown extent."""
    source = given.pop("digital_source_type", TECHNIQUES[technique].digital_source_type)
    return OperationStatement(id, element, technique, Tool("Brush", "1"), source, **given)


def rectangle(x: float, y: float, width: float, height: float, unit: str = "percent") -> Shape:
    return Shape("rectangle", unit, x, y, width, height)


def region(
    id: str = "r",
    shape: Shape | None = None,
    time: tuple[float, float] | None = None,
    frames: tuple[int, int] | None = None,
) -> Region:
    span = TimeRange(*time) if time else None
    return Region(id, shape=shape, time=span, frames=FrameRange(*frames) if frames else None)
