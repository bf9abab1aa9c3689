"""`countersign verify`: is a file as it was signed, and by whom?"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

from countersign import errors, offline, places, profiles
from countersign.client import Client
from countersign.commands.common import FILE, anyone, asks
from countersign.errors import CountersignError, Misused, SignedOut, Unavailable
from countersign.fingerprints import hashed
from countersign.screen import SCREEN
from countersign.shapes import Report

PARTS = ("integrity", "signature", "trust", "registry", "extent", "consent")
ROOTS = "roots.pem"
INDEX = ".sequence.json"


@click.command(short_help="Check whether files are as they were signed.")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--sidecar", type=FILE, help="Credentials kept apart; a .c2pa beside is found.")
@click.option("--offline", "only_offline", is_flag=True, help="Only on this machine, with c2pa-python.")
@click.option("--online", "only_online", is_flag=True, help="Only by the registry, which also tells of consent.")
@click.option("--roots", type=FILE, help="Certificates (PEM) to trust, offline.")
@click.option("--site", default="", metavar="SITE", help="The registry to ask; else where you are signed in.")
@asks()
def verify(files: tuple[Path, ...], sidecar: Path | None, only_offline: bool, only_online: bool, roots: Path | None, site: str,
           profile: str, patience: float) -> int:  # fmt: skip
    """Check whether FILES are as they were signed.

    Where c2pa-python is installed they are read here, and trusted where they
    chain to the registry's root; else the registry is asked, by SHA-256 first
    and by the file itself where it does not know that.

    Ends with 0 where all are unchanged, signed and trusted, with 7 where not.
    """
    if sidecar and len(files) > 1:
        raise Misused("--sidecar is of one file.")
    if only_offline and only_online:
        raise Misused("Say --offline or --online, not both.")
    if only_offline and not offline.there():
        raise Misused("Offline needs c2pa-python: pip install c2pa-python.")
    here = not only_online and offline.there()
    trusted = _roots(roots, profile, site, patience, ask=not only_offline) if here else ""
    codes = []
    registry: Client | None = None
    try:
        for file in files:
            own = sidecar or _beside(file)
            if here:
                codes.append(_offline(file, own, trusted))
                continue
            registry = registry or anyone(profile, site, patience)
            try:
                codes.append(_online(registry, file, own))
            except CountersignError as error:
                SCREEN.fail(error, str(file))
                codes.append(error.exit_code)
    finally:
        if registry:
            registry.line.close()
    return errors.gravest(codes)


def _offline(file: Path, sidecar: Path | None, roots: str) -> int:
    found = offline.read(file, sidecar, roots=roots)
    good = found.integrity == "intact" and found.trusted
    SCREEN.event("verified", file=str(file), by="c2pa", integrity=found.integrity, trusted=found.trusted,
                 signed_by=found.signed_by, text=found.text, good=good)  # fmt: skip
    SCREEN.say(f"{file}: {found.text}", style="green" if good else "red" if found.integrity == "altered" else "yellow")
    return errors.DONE if good else errors.DAMAGED


def _online(registry: Client, file: Path, sidecar: Path | None) -> int:
    report = registry.check_fingerprint(hashed(file))
    if report["registry"]["state"] != "registered_matching" or sidecar:
        report = registry.check(file, sidecar)
    good = _good(report)
    SCREEN.event("verified", file=str(file), by="registry", good=good, report=report)
    SCREEN.say(f"{file}: {report['integrity']['text']}", style="green" if good else "red")
    for name in PARTS[1:]:
        text = report[name]["text"]  # type: ignore[literal-required]
        SCREEN.say(f"  {name}: {text}")
    return errors.DONE if good else errors.DAMAGED


def _good(report: Report) -> bool:
    """By its own bytes where it was sent, or by what the registry keeps of these bytes where only their hash was."""
    if report["integrity"]["state"] == "intact":
        return report["signature"]["state"] == "valid" and report["trust"]["state"] in ("listed", "registry")
    return report["integrity"]["state"] == "elsewhere" and report["registry"]["state"] == "registered_matching"


def _beside(file: Path) -> Path | None:
    # Of a sequence's index too, which is called sh010.sequence.json.
    stem = file.name[: -len(INDEX)] if file.name.endswith(INDEX) else file.stem
    found = file.with_name(f"{stem}.c2pa")
    return found if found.is_file() and found != file else None


def _roots(given: Path | None, profile: str, site: str, patience: float, *, ask: bool) -> str:
    """The certificates to trust: those given, else the registry's own, kept from the last time where it is away."""
    if given:
        return given.read_text()
    with suppress(SignedOut):
        kept = None if site else profiles.chosen(profile).state / ROOTS
        if ask:
            with suppress(Unavailable), anyone(profile, site, min(patience, 5)) as registry:
                roots = registry.roots()
                if kept:
                    places.keep(kept, roots)
                return roots
        if kept and kept.is_file():
            return kept.read_text()
    return ""
