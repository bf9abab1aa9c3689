"""Following what was sent: status, wait, download, and a table for the producer."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import click

from countersign import archives, errors
from countersign.client import Client
from countersign.commands.common import Duration, asks, client, record
from countersign.commands.following import meant, told, until_settled
from countersign.errors import CountersignError, Damaged, Misused
from countersign.fingerprints import hashed
from countersign.record import Record
from countersign.screen import SCREEN, Counter, printable
from countersign.shapes import Asset

STATES = ["received", "held", "refused", "signing", "signed", "dead"]
AT_ONCE = 8
NEWEST = 50
# Of a spreadsheet a cell that begins so is a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@click.command(short_help="Tell where assets stand.")
@click.argument("assets", nargs=-1)
@click.option("--state", type=click.Choice(STATES), metavar="STATE", help="Only those: received, held, signed …")
@click.option("--production", default="", metavar="PRD", help="Only of this one.")
@click.option("--all", "everything", is_flag=True, help=f"All of them, not the newest {NEWEST}.")
@asks()
def status(assets: tuple[str, ...], state: str | None, production: str, everything: bool, profile: str, patience: float) -> int:
    """Tell where assets stand: the newest, or those named.

    ASSETS are ids (ast_…), or files and folders that were sent from here.
    """
    kept = record(profile)
    try:
        with client(profile, patience) as registry:
            if assets:
                for name in meant(kept, assets):
                    told(kept, registry.asset(name))
                return errors.DONE
            rows = []
            for one in registry.assets(state=state or "", production=production):
                SCREEN.event("asset", **one)
                rows.append((one["id"], one["state"], one["title"], one["production"], one["changed_at"][:16].replace("T", " ")))
                if len(rows) == NEWEST and not everything:
                    break
            SCREEN.table(("asset", "state", "title", "production", "since (UTC)"), rows)
            if len(rows) == NEWEST and not everything:
                SCREEN.note(f"The newest {NEWEST}; --all for all.")
            return errors.DONE
    finally:
        kept.close()


@click.command(short_help="Wait until assets are signed, refused or held.")
@click.argument("assets", nargs=-1)
@click.option("--for", "seconds", type=Duration(), default="8h", show_default=True, metavar="TIME", help="How long to wait.")
@click.option("--through-hold", is_flag=True, help="Wait also until a lawyer has answered what is held.")
@asks("1h")
def wait(assets: tuple[str, ...], seconds: float, through_hold: bool, profile: str, patience: float) -> int:
    """Wait until assets are signed, refused or held.

    ASSETS are ids (ast_…), or files and folders that were sent from here;
    without any, all that were sent from here and are not done.

    Ends with 0 where all are signed, 3 where one was refused, 4 where one is
    held, 1 where signing failed for good, 8 where time ran out.
    """
    kept = record(profile)
    try:
        with client(profile, patience) as registry:
            names = meant(kept, assets) if assets else [one.asset for one in kept.unfinished()]
            if not names:
                SCREEN.note("There is nothing to wait for.")
            return until_settled(registry, kept, names, seconds=seconds, through_hold=through_hold)
    finally:
        kept.close()


@click.command(short_help="Fetch signed files and their sidecars, compared.")
@click.argument("assets", nargs=-1, required=True)
@click.option("--to", "-o", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("."), show_default="here",
              metavar="DIR", help="The folder to write to.")
@click.option("--force", is_flag=True, help="Replace files that are other than what is fetched.")
@click.option("--frames", is_flag=True, help="Of sequences the frames too, as one ZIP; else index and credentials.")
@click.option("--parallel", "-j", type=click.IntRange(1, 32), metavar="N", default=4, show_default=True, help="How many at once.")
@asks("15m")
def download(assets: tuple[str, ...], folder: Path, force: bool, frames: bool, parallel: int, profile: str,
             patience: float) -> int:  # fmt: skip
    """Fetch signed files, and their .c2pa sidecars where they have one.

    ASSETS are ids (ast_…), or files and folders that were sent from here.
    Each is compared with the SHA-256 that the registry published, and where
    c2pa-python is installed, read by it. What is there already stays.
    """
    kept = record(profile)
    try:
        with client(profile, patience) as registry:
            names = meant(kept, assets)
            fetching = _Fetching(registry, kept, folder, force, frames)
            with Counter(SCREEN, "Fetching", len(names)) as counter, ThreadPoolExecutor(parallel) as pool:
                codes = []
                for code in pool.map(fetching.one, names):
                    counter.one()
                    codes.append(code)
            return errors.gravest(codes)
    finally:
        kept.close()


class _Fetching:
    def __init__(self, registry: Client, kept: Record, folder: Path, force: bool, frames: bool) -> None:
        self.registry, self.kept, self.folder, self.force, self.frames = registry, kept, folder, force, frames

    def one(self, name: str) -> int:
        about = name
        try:
            asset = self.registry.asset(name)
            about = asset["title"]
            if "content" not in asset["links"]:
                told(self.kept, asset)
                raise Misused(f"{name} is {asset['state']}: there is no signed file yet.")
            return self._index_fetched(asset) if asset.get("sequence") and not self.frames else self._fetched(asset)
        except CountersignError as error:
            SCREEN.fail(error, about, asset=name)
            return error.exit_code
        except OSError as error:
            SCREEN.fail(CountersignError(f"It cannot be written: {error}"), about, asset=name)
            return errors.FAILED

    def _index_fetched(self, asset: Asset) -> int:
        """Of a sequence, whose frames are where they came from: its index and its credentials."""
        stem = Path(safe_name(asset["title"], asset["id"])).stem
        index, sidecar = self.folder / f"{stem}.sequence.json", self.folder / f"{stem}.c2pa"
        digest = self.registry.fetch_index(asset, index)
        self.registry.fetch_sidecar(asset, sidecar)
        SCREEN.event("fetched", file=str(index), asset=asset["id"], sha256=digest, sidecar=str(sidecar), compared=True)
        SCREEN.say(f"{index} and {sidecar.name}: fetched, the credentials of {(asset['sequence'] or {}).get('frames')} frames")
        return errors.DONE

    def _fetched(self, asset: Asset) -> int:
        to = self.folder / safe_name(asset["title"], asset["id"])
        if asset.get("sequence"):
            return self._archive_fetched(asset, to.with_suffix(".zip"))
        wanted = self.registry.signed_sha256(asset)
        event = "fetched"
        if to.exists() and wanted and hashed(to) == wanted:
            digest, event = wanted, "already"
        elif to.exists() and not self.force:
            raise Misused(f"{to} is there already, and is another file. Say --force to replace it, or --to another folder.")
        else:
            digest = self.registry.fetch(asset, to)
        sidecar = None
        if "sidecar" in asset["links"]:
            if digest != asset["sha256"]:
                raise Damaged(f"{to.name} is not the file that was sent, as one with a sidecar must be.")
            sidecar = to.with_name(f"{to.stem}.c2pa")
            self.registry.fetch_sidecar(asset, sidecar)
        read = self._read(to, sidecar)
        SCREEN.event(event, file=str(to), asset=asset["id"], sha256=digest, sidecar=str(sidecar) if sidecar else None,
                     compared=bool(wanted), read_by_c2pa=read)  # fmt: skip
        how = ["SHA-256 as published" if wanted else "nothing published to compare its SHA-256 with"]
        how += ["its credentials read"] if read else []
        more = f" and {sidecar.name}" if sidecar else ""
        SCREEN.say(f"{to}{more}: {'there already' if event == 'already' else 'fetched'}, {', '.join(how)}")
        return errors.DONE

    def _archive_fetched(self, asset: Asset, to: Path) -> int:
        """A sequence with its frames, each compared with the index that was signed."""
        if to.exists() and not self.force:
            raise Misused(f"{to} is there already. Say --force to replace it, or --to another folder.")
        self.registry.fetch_content(asset, to)
        try:
            count = archives.compared(to, self.registry.signed_sha256(asset))
        except Damaged:
            to.unlink()
            raise
        SCREEN.event("fetched", file=str(to), asset=asset["id"], frames=count, compared=True)
        SCREEN.say(f"{to}: fetched, {count} frames as they were signed")
        return errors.DONE

    def _read(self, to: Path, sidecar: Path | None) -> bool:
        """Whether c2pa is here and found the file intact. Raises Damaged."""
        from countersign import offline

        if not offline.there():
            return False
        found = offline.read(to, sidecar, roots="")
        if found.integrity != "intact":
            raise Damaged(f"{to}: {found.text}")
        return True


@click.command(short_help="Write a table (CSV) for the producer.")
@click.option("--production", default="", metavar="PRD", help="Only of this one.")
@click.option("--state", type=click.Choice(STATES), metavar="STATE", help="Only those: received, held, signed …")
@click.option("--to", "-o", "file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Else it is printed.")
@asks("15m")
def report(production: str, state: str | None, file: Path | None, profile: str, patience: float) -> int:
    """Write a table (CSV) for the producer: what was delivered, and how it stands.

    One row for each asset: its state, what stands in its way and what would
    clear it, how much AI its credentials tell, and its public page.
    """
    with client(profile, patience) as registry:
        briefs = list(registry.assets(state=state or "", production=production))
        with Counter(SCREEN, "Reading", len(briefs)) as counter, ThreadPoolExecutor(AT_ONCE) as pool:
            rows = []
            for one in pool.map(lambda brief: registry.asset(brief["id"]), briefs):
                counter.one()
                rows.append(_row(one))
    if SCREEN.json:
        for row in rows:
            SCREEN.event("asset", **row)
        return errors.DONE
    text = io.StringIO()
    table = csv.DictWriter(text, list(_row(cast(Asset, {}))), lineterminator="\r\n")
    table.writeheader()
    table.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    if file:
        # With its mark, so that spreadsheets read it as UTF-8.
        file.write_bytes(("\ufeff" + text.getvalue()).encode())
        SCREEN.note(f"{len(rows)} rows in {file}")
    else:
        click.echo(text.getvalue(), nl=False)
    return errors.DONE


def _row(asset: Asset) -> dict[str, Any]:
    problem: Any = asset.get("problem") or {}
    extent: Any = asset.get("extent") or {}
    headline = extent.get("headline")
    links = asset.get("links") or {}
    return {
        "asset": asset.get("id", ""), "title": asset.get("title", ""), "production": asset.get("production", ""),
        "state": asset.get("state", ""), "received": asset.get("received_at", ""), "since": asset.get("changed_at", ""),
        "how much AI": headline.get("text", "") if isinstance(headline, dict) else "",
        "why not": problem.get("detail", ""), "code": problem.get("code", ""),
        "to clear it": " ".join(problem.get("to_clear") or ()),
        "media type": asset.get("media_type", ""), "bytes": asset.get("size", ""), "SHA-256 as sent": asset.get("sha256", ""),
        "public page": links.get("credential", ""),
    }  # fmt: skip


def _cell(value: Any) -> Any:
    """As text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def safe_name(title: str, otherwise: str) -> str:
    """A title as the name of a file in the folder chosen, and nowhere else."""
    name = printable(title).replace("\\", "/").rpartition("/")[2].strip().lstrip(".")
    name = "".join("_" if one in '<>:"|?*\n\t\ufffd' else one for one in name)
    stem, dot, ending = name.rpartition(".")
    # Of 255 bytes, which a name may have nearly everywhere, some are left for what is written beside it.
    while len(name.encode()) > 200:
        stem = stem[:-1]
        name = f"{stem}{dot}{ending[:20]}"
        if not stem:
            return otherwise
    return name or otherwise


