"""Signing in and out, and what whoever is signed in works on."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

import click

from countersign import errors, profiles
from countersign.client import Client
from countersign.commands.common import asks, client, speaks
from countersign.line import checked_site
from countersign.profiles import Profile
from countersign.screen import SCREEN

LISTED: tuple[Literal["territories", "media", "languages"], ...] = ("territories", "media", "languages")


@click.command(short_help="Sign in to a registry.")
@click.argument("site", required=False)
@click.option("--client-id", default="", metavar="ID", help="As the registry's operator gave it.")
@click.option("--secret-file", type=click.Path(path_type=Path, dir_okay=False), help="A file that holds it; - is standard input.")
@click.option("--profile", "name", default=profiles.FIRST, show_default=True, metavar="NAME", help="What to call it.")
@click.option("--default", "as_default", is_flag=True, help="Make it the one used where none is named.")
@click.option("--no-keyring", is_flag=True, help="Keep the secret in the settings (0600), not in the keyring.")
@click.option("--allow-http", is_flag=True, help="Allow a site that is not encrypted. Never outside a test.")
@speaks
def login(site: str | None, client_id: str, secret_file: Path | None, name: str, as_default: bool, no_keyring: bool,
          allow_http: bool) -> int:  # fmt: skip
    """Sign in to a registry: SITE is its address.

    What is not given is taken from the environment, else asked for. The secret
    is never an argument: others on the machine could read it.

    \b
      countersign login https://registry.example
      countersign login https://registry.example --client-id … --secret-file s.txt
    """
    site = site or os.environ.get("COUNTERSIGN_SITE") or click.prompt("Registry", prompt_suffix=" (https://…): ", err=True)
    site = checked_site(str(site), allow_http=allow_http)
    client_id = client_id or os.environ.get("COUNTERSIGN_CLIENT_ID") or click.prompt("Client id", err=True)
    secret = _secret(secret_file)
    profile = Profile(name, site, client_id, secret, allow_http=allow_http)
    with Client(site, client_id, secret, patience=0, allow_http=allow_http, tokens=profile.tokens()) as signing_in:
        signing_in.line.sign_in()
    kept = profiles.keep(profile, secret, keyring=not no_keyring)
    if as_default:
        profiles.use(name)
    where = "the keyring" if kept.in_keyring else "your settings, readable by you alone"
    SCREEN.say(f"Signed in to {site} as {client_id}. The secret is kept in {where}.")
    SCREEN.event("signed_in", site=site, client_id=client_id, profile=name, keyring=kept.in_keyring)
    return errors.DONE


@click.command(short_help="Forget a profile, its secret and its token.")
@click.argument("name", default="")
@speaks
def logout(name: str) -> int:
    """Forget a profile, its secret and its token."""
    name = name or profiles.default()
    profiles.forget(name)
    SCREEN.say(f"“{name}” is forgotten here. To end its access everywhere, have the registry's operator revoke the client.")
    SCREEN.event("signed_out", profile=name)
    return errors.DONE


@click.command("profiles", short_help="List the profiles, or choose the default.")
@click.argument("default", required=False)
@speaks
def profiles_command(default: str | None) -> int:
    """List the profiles; with a name, make it the DEFAULT."""
    if default:
        profiles.use(default)
    chosen = profiles.default()
    known = profiles.every()
    for name, one in known.items():
        SCREEN.event("profile", profile=name, site=one.site, client_id=one.client_id, default=name == chosen)
    rows = [("*" if name == chosen else "", name, one.site, one.client_id) for name, one in known.items()]
    SCREEN.table(("", "profile", "site", "client id"), rows)
    if not known:
        SCREEN.note("Nobody is signed in. Run “countersign login”.")
    return errors.DONE


@click.command(short_help="List your productions, their shots and people.")
@click.argument("production", required=False)
@asks()
def productions(production: str | None, profile: str, patience: float) -> int:
    """List your productions; of one PRODUCTION, its shots and people.

    Their ids are what declarations and questions name.
    """
    with client(profile, patience) as registry:
        if not production:
            found = list(registry.productions())
            for one in found:
                SCREEN.event("production", **one)
            SCREEN.table(("production", "title", "kind"), [(one["id"], one["title"], one.get("kind", "")) for one in found])
            return errors.DONE
        told = registry.production(production)
        SCREEN.event("production", **told)
        release = told["intended_release"]
        SCREEN.say(f"{told['title']} ({told['id']}), for {told['studio']}", style="bold")
        for name in LISTED:
            words: list[str] = release[name]
            SCREEN.say(f"  {name}: {', '.join(words) or '–'}")
        SCREEN.say("")
        SCREEN.table(("person", "alias"), [(one.get("id", ""), one.get("alias", "")) for one in told["people"]])
        SCREEN.say("")
        units = [(one["code"], one.get("kind", ""), one.get("description", "")) for one in told["units"]]
        SCREEN.table(("unit", "kind", "description"), units)
        return errors.DONE


def _secret(file: Path | None) -> str:
    if file is not None:
        found = sys.stdin.readline().strip() if str(file) == "-" else profiles.secret_in_file(file)
    else:
        found = profiles.secret_in_environment() or click.prompt("Client secret", hide_input=True, err=True)
    if not found:
        raise errors.Misused("The secret is empty.")
    return str(found)
