"""How C2PA 2.4 tells what was done to an ingredient before it was used, and where it was placed.

C2PA names the acts and gives them no parameters of their own, so the numbers stand under our own name.
"""

from collections.abc import Iterator
from typing import Any

from provenance.declaration import IngredientStatement, placement_told
from provenance.geometry import Region
from provenance.placement import Placement
from provenance.regions_of_interest import ranges
from provenance.techniques import HUMAN_EDITS

PLACEMENT = "org.countersign.placement"


def acts_on_parent(parent: IngredientStatement) -> Iterator[dict[str, Any]]:
    """One action for each way in which the parent was changed to become the asset, by hand and without new content."""
    placement = parent.placement
    if placement is None:
        return
    for label, names in (
        ("c2pa.cropped", ("crop",)),
        ("c2pa.trimmed", ("trim", "time")),
        ("c2pa.changedSpeed", ("speed",)),
        ("c2pa.resized", ("region",)),
    ):
        stated = {name: value for name, value in (placement_told(placement) or {}).items() if name in names}
        if stated:
            yield {"action": label, "digitalSourceType": HUMAN_EDITS, "parameters": {PLACEMENT: stated}}


def placed(component: IngredientStatement | None, label: str) -> dict[str, Any]:
    """The action that places a component, with where and when it is seen or heard, where that is stated."""
    act: dict[str, Any] = {"action": "c2pa.placed", "parameters": {"ingredientIds": [label]}}
    if component is None or component.placement is None:
        return act
    act["parameters"][PLACEMENT] = placement_told(component.placement)
    if where := ranges(_place(component.placement)):
        act["changes"] = [{"identifier": place_identifier(label), "name": "Placed part", "region": where}]
    return act


def place_identifier(label: str) -> str:
    """The identifier of the region that a component is placed in."""
    return f"{label}.placed"


def _place(placement: Placement) -> Region:
    return Region("", shape=placement.region, time=placement.time)
