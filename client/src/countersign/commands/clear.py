"""`countersign clear`: may this be done, before render time is spent on it?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from countersign import errors, shot_lists
from countersign.client import Client
from countersign.commands.common import FILE, asks, client
from countersign.errors import Misused
from countersign.screen import SCREEN
from countersign.shapes import Clearance, Clearances, Question

CODES = {"permit": errors.DONE, "review": errors.HELD, "deny": errors.REFUSED, "failed": errors.REFUSED}
SPOKEN = {"permit": "yes", "review": "needs counsel", "deny": "no", "failed": "not asked"}
STYLES = {"permit": "green", "deny": "red"}
# What may be said beside a list that the registry reads itself.
BESIDE_A_LIST = ("production", "release_on")


@click.command(short_help="Ask whether a use is covered, before it is made.")
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
@click.option("--release-on", default="", metavar="DAY", help="The day it comes out: asked of now and of then.")
@click.option("--as-of", default="", metavar="MOMENT", help="Another moment than now, such as 2027-03-01.")
@click.option("--act", default="", metavar="ACT", help="sign unless said; release, promote …")
@asks()
def clear(shot_list: Path | None, profile: str, patience: float, **given: Any) -> int:
    """Ask whether a use is covered: one by options, or a whole SHOT_LIST.

    A shot list is a table (.csv; columns shot, role, modality, use, and
    person, territories … where they differ), an OpenTimelineIO timeline whose
    clips say it (.otio), or questions in JSON.

    \b
      countersign clear --production prd_… --person "M. Vale" --use de_aging \\
                        --modality face --unit sh114 --release-on 2027-03-01
      countersign clear shots.csv --production prd_…

    Ends with 0 where all is covered, 4 where counsel is needed, 3 where not.
    What is permitted can be quoted by its id in a declaration.
    """
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    with client(profile, patience) as registry:
        if shot_list and (media_type := shot_lists.READ_THERE.get(shot_list.suffix.lower())):
            beside = sorted(name for name, value in given.items() if value and name not in BESIDE_A_LIST)
            if beside:
                raise Misused(f"Say {', '.join(beside)} in {shot_list.name} itself: only --production and --release-on are "
                              "for all of it.")  # fmt: skip
            told = {name: given[name] for name in BESIDE_A_LIST}
            return _list_told(registry.ask_list(shot_list.read_bytes(), media_type, **told), {})
        questions = shot_lists.read(shot_list, given) if shot_list else [shot_lists.question(given)]
        aliases = _named(registry, questions)
        if shot_list:
            return _list_told(registry.ask_all(questions), dict(enumerate(questions)))
        return _told(registry, questions[0], aliases)


def _named(registry: Client, questions: list[Question]) -> Mapping[str, str]:
    """Puts ids where people were named by alias; gives the aliases by id, for what is printed."""
    people: dict[str, dict[str, str]] = {}
    told: dict[str, str] = {}
    for production in shot_lists.needs_names(questions):
        known = registry.production(production)["people"]
        people[production] = {one["alias"]: one["id"] for one in known if one.get("alias")}
        told.update({one["id"]: one["alias"] for one in known if one.get("alias")})
    shot_lists.named(questions, people)
    return told


# ── One ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _told(registry: Client, question: Question, aliases: Mapping[str, str]) -> int:
    answer = registry.ask(question)
    SCREEN.event("answered", question=question, clearance=answer)
    units, people, uses = shot_lists.about(question)
    what = f"{', '.join(aliases.get(one, one) for one in people.split(', '))}, {uses}, {units}"
    _at_length(answer, what)
    codes = [CODES.get(answer["outcome"], errors.FAILED)]
    later = answer.get("on_release")
    if later:
        _at_length(later, f"on {question.get('release_on')}")
        codes.append(CODES.get(later["outcome"], errors.FAILED))
    return errors.gravest(codes)


def _at_length(answer: Clearance, what: str) -> None:
    word = SPOKEN.get(answer["outcome"], answer["outcome"])
    SCREEN.say(f"{word[0].upper()}{word[1:]}: {what}", style=STYLES.get(answer["outcome"], "yellow"))
    for reason in answer["reasons"]:
        where = f" ({', '.join(reason['territories'])})" if reason["territories"] else ""
        SCREEN.say(f"  {reason['text']}{where}  [{reason['code']}]")
    for one in dict.fromkeys(answer["to_clear"]):
        SCREEN.say(f"  To clear it: {one}")
    for fact in answer["missing_facts"]:
        SCREEN.say(f"  Not known yet: {fact}")
    for duty in answer["obligations"]:
        SCREEN.say(f"  Before {duty['gate']}: {duty['text']}" + (f", by {duty['due']}" if duty["due"] else ""))
    quotable = ", which a declaration can quote" if answer["outcome"] == "permit" else ""
    SCREEN.say(f"  Kept as {answer['id']}{quotable}.", style="dim")


# ── Many ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _list_told(answered: Clearances, questions: Mapping[int, Question]) -> int:
    rows = []
    for one in answered["results"]:
        SCREEN.event("answered", **one)
        worse = next((each for each in (one["now"], one["on_release"]) if each and each["outcome"] == one["outcome"]), None)
        why = worse["reasons"][0]["text"] if worse and worse["reasons"] else (one["problem"] or {}).get("detail", "")
        clears = " ".join(dict.fromkeys(worse["to_clear"])) if worse and one["outcome"] != "permit" else ""
        name = one["name"] or " ".join(questions.get(one["index"], {}).get("units", ())) or f"{one['index'] + 1}"
        where = f"row {', '.join(map(str, one['rows']))}" if one["rows"] else ""
        rows.append((name, where, SPOKEN.get(one["outcome"], one["outcome"]), worse["id"] if worse else "", why, clears))
    SCREEN.table(("shot", "", "covered?", "clearance", "why", "to clear it"), rows)
    counted = answered["summary"]
    told = [f"{counted[outcome]} {SPOKEN[outcome]}" for outcome in SPOKEN if counted[outcome]]  # type: ignore[literal-required]
    passed = f"; {counted['passed_over']} clips say nothing of it" if counted["passed_over"] else ""
    SCREEN.event("done", **counted)
    SCREEN.note(f"{counted['questions']} asked: {', '.join(told)}{passed}")
    return errors.gravest(CODES.get(one["outcome"], errors.FAILED) for one in answered["results"])
