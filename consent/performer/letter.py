"""What stands in a performer's letter: each consent in plain words with its paper, what is offered, what was said.

Only what is theirs is read: their own consents with the one studio that sent the letter, and only their own link's words.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent import in_words, worklists
from consent.lifecycle import ACTIVE, AWAITING_VERIFICATION, ENDED, EXPIRED, NOT_YET
from consent.models import Ending, Evidence, Grant, GrantRevision, PerformerLink, PerformerWord, RevisionOffer
from consent.performer import agreement, words
from registry.models import Authority, Production

OPENINGS = {
    "grant": gettext_lazy("You allow {what} {where}"),
    "exclude": gettext_lazy("You do not allow {what} {where}"),
    "approval_required": gettext_lazy("You want to approve the exact file before {what} {where}"),
}
STATES = {
    AWAITING_VERIFICATION: gettext_lazy("Not in force yet: the studio’s second lawyer has still to compare it with the paper."),
    ACTIVE: gettext_lazy("In force."),
    NOT_YET: gettext_lazy("Signed, and not begun yet."),
    EXPIRED: gettext_lazy("Run out. Nothing new may be made; what was finished may go on being shown."),
}
OFFERED = gettext_lazy("Offered to you. Nothing of it holds before you agree.")
HELD = gettext_lazy("On hold, because you want to end it. Nothing new is made or signed on it. The studio records the ending.")
MODES = {
    Ending.Mode.PROSPECTIVE: gettext_lazy("Nothing new may be made. What was finished before may go on being shown."),
    Ending.Mode.NO_NEW_RELEASE: gettext_lazy("What is not out yet stays unreleased. What is out may stay out."),
    Ending.Mode.RUN_OFF: gettext_lazy("Use is allowed until {day}; then it stops."),
    Ending.Mode.CEASE_ALL: gettext_lazy("All use has to stop."),
    Ending.Mode.ANNUL: gettext_lazy("It never was valid. What was made on it is under review."),
}
GREETINGS = {
    Authority.Kind.SELF: gettext_lazy("This is what you have allowed {studio} to do with your likeness and your voice."),
    Authority.Kind.GUARDIAN: gettext_lazy(
        "This is what has been allowed {studio} with the likeness and the voice of {person}, for whom you speak as a parent or "
        "guardian. “You” in this letter means you in their name. It stays open to you until {person} comes of age."
    ),
    "estate": gettext_lazy(
        "This is what has been allowed {studio} with the likeness and the voice of {person}, for whom you speak as {capacity}. "
        "“You” in this letter means you for the estate."
    ),
    "other": gettext_lazy(
        "This is what has been allowed {studio} with the likeness and the voice of {person}, for whom you speak as {capacity}. "
        "“You” in this letter means you in their name."
    ),
}
OF_AN_ESTATE = (Authority.Kind.EXECUTOR, Authority.Kind.HEIR, Authority.Kind.TRUSTEE, Authority.Kind.ASSIGNEE)


@dataclass(frozen=True, slots=True)
class Told:
    """A revision in plain words, with its papers."""

    revision: GrantRevision
    term: str
    lines: tuple[str, ...]
    papers: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One consent in the letter: how it stands, what it says now and what is offered, what may be done about it."""

    grant: Grant
    standing: str
    now: Told | None
    offered: Told | None
    acts: tuple[str, ...]


def greeting(link: PerformerLink) -> str:
    """In whose name the letter is written to, and by whom."""
    kind = link.authority.kind
    which = kind if kind in GREETINGS else "estate" if kind in OF_AN_ESTATE and link.person.kind != "living" else "other"
    capacity = in_words.capacity(kind)
    return str(GREETINGS[which]).format(studio=link.studio, person=link.person, capacity=capacity)


def parts(link: PerformerLink, *, at: datetime) -> list[Part]:
    """Every consent of the person with this studio, the newest first; one that is only offered to somebody else is left out."""
    offers = {put.revision.grant_id: put for put in agreement.open_offers(link)}
    grants = worklists.with_state(of(link), at=at).select_related("production", "studio").prefetch_related("endings")
    found = []
    for grant in grants:
        signed = grant.revisions.filter(signatures__isnull=False).order_by("-number").distinct().first()
        put = offers.get(grant.pk)
        if signed or put:
            found.append(_part(grant, grant.revisions.filter(pk=grant.governing).first() or signed, put))
    return found


def acts_on(link: PerformerLink, grant: Grant | None, *, at: datetime) -> tuple[str, ...]:
    """What may be done about a consent now; without one, a question may always be asked."""
    return next((part.acts for part in parts(link, at=at) if part.grant == grant), ()) if grant else ("ask",)


def of(link: PerformerLink) -> QuerySet[Grant]:
    return Grant.objects.filter(person=link.person, studio=link.studio)


def said(link: PerformerLink) -> QuerySet[PerformerWord]:
    """What was said by this link's holder and answered by the desk, the newest first; also by earlier links of theirs."""
    found = PerformerWord.objects.filter(link__authority=link.authority)
    return found.select_related("link__authority__person", "grant", "answer").order_by("-id")


def papers(link: PerformerLink) -> QuerySet[Evidence]:
    """The papers the letter may open."""
    return Evidence.objects.filter(revision__grant__in=of(link)).select_related("revision__grant", "studio")


def knows(link: PerformerLink, production: Production) -> bool:
    """Whether their own agreements name the work, so that telling its title tells nothing new (consent.md §10)."""
    line = {one.pk for one in production.line()}
    named = of(link).filter(revisions__lines__productions__in=line) | of(link).filter(production__in=line)
    return named.exists()


def told(revision: GrantRevision) -> Told:
    lines = revision.lines.prefetch_related("productions")
    return Told(
        revision, in_words.term_in_words(revision), tuple(in_words.line_in_words(line, OPENINGS) for line in lines),
        tuple(revision.evidence.all()),
    )  # fmt: skip


def _part(grant: Grant, revision: GrantRevision | None, put: RevisionOffer | None) -> Part:
    wish = words.wish_of(grant)
    acts = ["agree", "decline", "ask"] if put else ["ask"]
    if wish:
        acts.append("stay")
    elif revision and grant.state in STATES and grant.state != EXPIRED and not grant.endings.all():
        acts.append("end")
    standing = HELD if wish else _standing(grant) if revision else OFFERED
    return Part(grant, str(standing), revision and told(revision), put and told(put.revision), tuple(acts))


def _standing(grant: Grant) -> str:
    if grant.state != ENDED:
        return STATES[grant.state]
    ending = grant.endings.all()[0]
    until = in_words.day_in_words(ending.run_off_to) if ending.run_off_to else ""
    mode = str(MODES[ending.mode]).format(day=until)
    return _("Ended on {day}. {effect}").format(day=in_words.day_in_words(ending.effective_at.date()), effect=mode)
