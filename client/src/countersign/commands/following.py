"""Which assets are meant, and what is told of each as it comes to its end."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from countersign import errors
from countersign.client import Client
from countersign.delivering import CODES
from countersign.errors import Misused
from countersign.record import Record
from countersign.screen import SCREEN, STYLES, Counter, problem_lines
from countersign.shapes import Asset


def meant(kept: Record, named: Iterable[str]) -> list[str]:
    """Ids of assets, from ids, or from paths of what was sent from here."""
    found: dict[str, None] = {}
    for one in named:
        if one.startswith("ast_"):
            found[one] = None
            continue
        path = Path(one)
        sent = kept.of_path(path)
        below = [sent] if sent else kept.under(path)
        if not below:
            raise Misused(f"{one} is no asset's id (ast_…), and nothing was sent from there.")
        found.update(dict.fromkeys(each.asset for each in below))
    return list(found)


def until_settled(registry: Client, kept: Record, assets: list[str], *, seconds: float, through_hold: bool) -> int:
    """Waits, telling of each as it is done; gives the exit code. Raises NotYet."""
    codes = []
    with Counter(SCREEN, "Waiting", len(assets)) as counter:
        for asset in registry.wait(assets, seconds=seconds, through_hold=through_hold):
            counter.one()
            told(kept, asset)
            codes.append(CODES.get(asset["state"], errors.FAILED))
    return errors.gravest(codes)


def told(kept: Record, asset: Asset) -> None:
    """One asset: its state, and what stands in its way."""
    problem = asset.get("problem")
    kept.noted(asset["id"], asset["state"], problem)
    path = kept.paths([asset["id"]]).get(asset["id"], "")
    SCREEN.event("asset", file=path, **asset)
    about = f"{path or asset['title']}: " if path or asset.get("title") else ""
    SCREEN.say(f"{about}{asset['state']} ({asset['id']})", style=STYLES.get(asset["state"], ""))
    if problem:
        SCREEN.say(f"  {problem['detail']}")
        for line in problem_lines(problem):
            SCREEN.say(f"  {line}")
    elif asset["state"] == "held" and asset.get("history"):
        SCREEN.say(f"  {asset['history'][-1]['text']}")
