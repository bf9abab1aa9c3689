"""`countersign clear`: may this be done, before render time is spent on it?"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click

from countersign import errors, shot_lists
from countersign.client import Client
from countersign.commands.common import FILE, asks, client
from countersign.errors import CountersignError, Refused
from countersign.screen import SCREEN, Counter
from countersign.shapes import Clearance, Question

CODES = {"permit": errors.DONE, "review": errors.HELD, "deny": errors.REFUSED}
SPOKEN = {"permit": "yes", "review": "needs counsel", "deny": "no"}
AT_ONCE = 8


@click.command()
@click.argument("shot_list", required=False, type=FILE)
@click.option("--production", default="", metavar="PRD", help="prd_…")
@click.option("--unit", "units", multiple=True, metavar="CODE", help="A scene or shot; may be repeated.")
@click.option("--person", default="", metavar="WHO", help="An alias, per_…, or “unidentified”.")
@click.option("--use", default="", metavar="USE", help="Such as de_aging or voice_clone.")
@click.option("--modality", default="", metavar="WHAT", help="face, voice, body, motion, performance …")
@click.option("--role", default="", metavar="ROLE", help="target_likeness, or voice_source of a voice, unless said.")
@click.option("--territory", "territories", multiple=True, metavar="CODE", help="ISO 3166, WORLD, EU; may be repeated.")
@click.option("--media", multiple=True, metavar="MEDIUM", help="svod, theatrical …; may be repeated.")
@click.option("--language", "languages", multiple=True, metavar="TAG", help="BCP 47; may be repeated.")
@click.option("--on", "as_of", default="", metavar="DAY", help="The day asked about, such as that of the release.")
@click.option("--act", default="", metavar="ACT", help="sign unless said; release, promote …")
@asks()
def clear(shot_list: Path | None, profile: str, patience: float, **given: Any) -> int:
    """Ask whether a use is covered: one by options, or a whole SHOT_LIST.

    A shot list is CSV (columns unit, person, use, modality, and production,
    role, territories, media, languages, as_of where they differ), JSON, or an
    OpenTimelineIO timeline (.otio). Options stand where a row says nothing.

    \b
      countersign clear --production prd_… --person "M. Vale" --use de_aging \\
                        --modality face --unit sh114 --on 2027-03-01
      countersign clear shots.csv --production prd_…

    Ends with 0 where all is covered, 4 where counsel is needed, 3 where not.
    What is permitted can be quoted by its id in a declaration.
    """
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    with client(profile, patience) as registry:
        if shot_list and shot_list.suffix.lower() in shot_lists.TIMELINES:
            raise errors.Unknown("This registry reads no timelines (yet). Send the shots as CSV or JSON.")
        questions = shot_lists.read(shot_list, given) if shot_list else [shot_lists.question(given)]
        aliases = _named(registry, questions)
        return _told(questions, _asked(registry, questions), aliases, at_length=shot_list is None)


def _named(registry: Client, questions: list[Question]) -> Mapping[str, str]:
    """Puts ids where people were named by alias; gives the aliases by id, for what is printed."""
    people: dict[str, dict[str, str]] = {}
    told: dict[str, str] = {}
    for production in shot_lists.needs_names(questions):
        known = registry.production(production)["people"]
        people[production] = {one["alias"].lower(): one["id"] for one in known if one.get("alias")}
        told.update({one["id"]: one["alias"] for one in known if one.get("alias")})
    shot_lists.named(questions, people)
    return told


def _asked(registry: Client, questions: list[Question]) -> list[Clearance | CountersignError]:
    def one(question: Question) -> Clearance | CountersignError:
        try:
            return registry.ask(question)
        except Refused as refused:
            if refused.exit_code == errors.SIGNED_OUT:
                raise
            return refused
        finally:
            counter.one()

    with Counter(SCREEN, "Asking", len(questions)) as counter, ThreadPoolExecutor(min(AT_ONCE, len(questions))) as pool:
        return list(pool.map(one, questions))


def _told(questions: list[Question], answers: list[Clearance | CountersignError], aliases: Mapping[str, str], *,
          at_length: bool) -> int:  # fmt: skip
    rows, codes = [], []
    for number, (question, answer) in enumerate(zip(questions, answers), start=1):
        units, people, uses = shot_lists.about(question)
        people = ", ".join(aliases.get(one, one) for one in people.split(", "))
        if isinstance(answer, CountersignError):
            codes.append(answer.exit_code)
            if at_length:
                raise answer
            SCREEN.event("answered", item=number, question=question, problem=answer.told())
            rows.append((units, people, uses, "not asked", "", str(answer)))
            continue
        codes.append(CODES.get(answer["outcome"], errors.FAILED))
        SCREEN.event("answered", item=number, question=question, clearance=answer)
        if at_length:
            _at_length(answer, f"{people}, {uses}, {units}")
        why = answer["reasons"][0]["text"] if answer["reasons"] else ""
        rows.append((units, people, uses, SPOKEN.get(answer["outcome"], answer["outcome"]), answer["id"], why))
    if not at_length:
        SCREEN.table(("unit", "person", "use", "covered?", "clearance", "why"), rows)
        told = {word: sum(row[3] == word for row in rows) for word in dict.fromkeys(row[3] for row in rows)}
        SCREEN.note(f"{len(rows)} asked: " + ", ".join(f"{count} {word}" for word, count in told.items()))
    return errors.gravest(codes)


def _at_length(answer: Clearance, what: str) -> None:
    word = SPOKEN.get(answer["outcome"], answer["outcome"])
    style = {"permit": "green", "deny": "red"}.get(answer["outcome"], "yellow")
    SCREEN.say(f"{word[0].upper()}{word[1:]}: {what}", style=style)
    for reason in answer["reasons"]:
        where = f" ({', '.join(reason['territories'])})" if reason["territories"] else ""
        SCREEN.say(f"  {reason['text']}{where}  [{reason['code']}]")
    for one in dict.fromkeys(answer["to_clear"]):
        SCREEN.say(f"  To clear it: {one}")
    for fact in answer["missing_facts"]:
        SCREEN.say(f"  Not known yet: {fact}")
    for duty in answer["obligations"]:
        SCREEN.say(f"  Before {duty['gate']}: {duty['text']}" + (f", by {duty['due']}" if duty["due"] else ""))
    SCREEN.say(f"  Kept as {answer['id']}, which a declaration can quote.", style="dim")


