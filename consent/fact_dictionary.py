"""The facts that rules may ask for: the published dictionary, and how each is read from a case.

A fact that is absent is one of two things. Closed: the registry would hold it, so it is not so. Open: it lies outside,
so nobody can tell. What `speaks_against` a use is the only closed fact whose absence may let something through: like a
lock, it holds once it is on record. Many facts are computed from what is on file; the others are attested: somebody
stated them on a form about a person, a consent, a production or a file, from a day on (docs/adr/0007).
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from consent.facts import Line, Value, age_on
from consent.rules import Case, dead, either, guardian_consented, signed, signed_by_minor
from consent.vocabulary import (
    ACTS,
    ALTERATION_USES,
    CONTENT_FLAGS,
    DRIVEN_USES,
    DRIVING_ROLES,
    MEDIA,
    MODALITIES,
    PERSON_KINDS,
    ROLES,
    ROUTINE_USES,
    TECHNICAL_USES,
    USES,
)

OPEN, CLOSED, GIVEN = "open", "closed", "given"
TWO_LAWYERS = 2

_CALLED = {"grant": "consent", "asset": "file", "request": "question"}

Read = Callable[[Case], Value | None]


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """`type` is bool, code, codes, number, date, place or places; `absence` open, closed, or given (never absent);
    `owner` who keeps it: "question", "registry", or "attested" about one of the subjects in `about`, by so many
    `lawyers`; `values` the codes there are, where they are few; `stands_on` what must be stated for it to be known."""

    name: str
    type: str
    absence: str
    owner: str
    help: str
    read: Read
    values: Collection[str] = ()
    about: tuple[str, ...] = ()
    lawyers: int = 1
    speaks_against: bool = False
    stands_on: str = ""

    @property
    def closed(self) -> bool:
        return self.absence == CLOSED

    def wanted(self, case: Case) -> str:
        """What must still be stated, and of what: "survives_death of the consent in depiction mira"."""
        of, name = (self.stands_on or self.name).split(".")
        whose = f" in depiction {case.depiction.id}" if of in ("person", "grant", "depiction") else ""
        return f"{name} of the {_CALLED.get(of, of)}{whose}"


def published() -> dict[str, dict[str, object]]:
    """The dictionary as data, for those who write packs and those who state facts."""
    return {
        fact.name: {
            "type": fact.type, "absence": fact.absence, "owner": fact.owner, "help": fact.help,
            "values": sorted(fact.values), "about": list(fact.about), "lawyers": fact.lawyers,
            "speaks_against": fact.speaks_against,
        }
        for fact in FACTS.values()
    }  # fmt: skip


def parsed(fact: Fact, answer: str) -> Value | None:
    """The value that an answer states, None if it is no value of this fact."""
    try:
        value = _PARSERS[fact.type](answer.strip())
    except ValueError:
        return None
    codes = value if isinstance(value, frozenset) else {value}
    return value if not fact.values or codes <= set(fact.values) else None


def _yes_or_no(answer: str) -> bool:
    if answer not in ("yes", "no"):
        raise ValueError(answer)
    return answer == "yes"


def _code(answer: str) -> str:
    if not answer:
        raise ValueError(answer)
    return answer


_PARSERS: dict[str, Callable[[str], Value]] = {
    "bool": _yes_or_no,
    "code": _code,
    "codes": lambda answer: frozenset(filter(None, answer.split(","))),
    "places": lambda answer: frozenset(filter(None, answer.split(","))),
    "number": float,
    "date": date.fromisoformat,
}


# --- what is read from the question and from what is on file -------------------------------------------------------


def _kind_of_use(case: Case) -> str:
    depiction = case.depiction
    if depiction.nobody_real:
        return "synthetic"
    if depiction.unidentified:
        return "unidentified"
    if depiction.use in TECHNICAL_USES or (depiction.routine_reason and depiction.use in ROUTINE_USES):
        return "routine"
    return "alteration" if depiction.use in ALTERATION_USES else "replica"


def _driven(case: Case) -> bool:
    return case.depiction.use in DRIVEN_USES and case.depiction.role not in DRIVING_ROLES


def _driver_named(case: Case) -> bool:
    """Whether the question says on whose performance the use lies; a second depiction that is synthetic says nobody's."""
    rows = [one for one in case.request.depictions if one.use == case.depiction.use]
    nobodys = any(one.nobody_real for one in rows) and len({one.id for one in rows}) > 1
    return nobodys or any(one.role in DRIVING_ROLES for one in rows)


def _age(case: Case) -> float | None:
    person = case.person
    if person is None or person.birth_date is None or (person.kind == "deceased" and person.death_date is None):
        return None
    return age_on(person.birth_date, min(case.request.day, person.death_date or case.request.day))


def _deceased(case: Case) -> bool | None:
    person = case.person
    if person is None:
        return False if case.depiction.nobody_real else None
    return person.kind != "living" or (person.death_date is not None and person.death_date <= case.request.day)


def _years_dead(case: Case) -> float | None:
    died = case.person.death_date if case.person else None
    return age_on(died, case.request.day) if died is not None and died <= case.request.day else None


def _domicile(case: Case) -> Value | None:
    """Where the dead had their home; the living have not died anywhere."""
    return _attested(case, "person.domicile_at_death", ("person",)) if _deceased(case) is not False else "none"


def _term_years(case: Case) -> float | None:
    """Years begun, from the first day to the end of the term; without an end, more than any limit."""
    revision = case.revision
    if revision is None:
        return None
    if revision.term_end is None:
        return float("inf")
    whole = age_on(revision.effective_from, revision.term_end)
    same = (revision.effective_from.month, revision.effective_from.day) == (revision.term_end.month, revision.term_end.day)
    return whole if same else whole + 1


def _lines(case: Case) -> Iterator[Line]:
    """The granting lines of the consent that name this use and modality."""
    for line in case.revision.lines if case.revision else ():
        if line.effect != "exclude" and case.depiction.use in line.uses and case.depiction.modality in line.modalities:
            yield line


def _names_language(case: Case) -> bool:
    asked = {tag.lower() for tag in case.request.languages}
    return bool(asked) and any(asked <= {tag.lower() for tag in line.languages} for line in _lines(case))


def _signed_in_life(case: Case) -> bool | None:
    """Whether anybody signed while the person lived."""
    return either(*(_not(dead(case, one.day)) for one in signed(case)))


def _signed_for_the_dead(case: Case) -> bool | None:
    """Whether anybody signed once the person had died; whether they could is CORE-AUTH's."""
    return either(*(dead(case, one.day) for one in signed(case)))


def _not(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def _from_elsewhere(case: Case) -> bool | None:
    origin = _attested(case, "grant.replica_origin", ("grant",))
    return None if origin is None else origin not in (case.request.production, *case.request.production_line)


def _vendor_has_access(case: Case) -> Value | None:
    """Of the studio itself it is asked only that there is a list: whom it hands the replica to is on it."""
    if case.request.vendor is None:
        return _attested(case, "grant.access_list", ("grant",))
    listed = _attested(case, "grant.access_given_to", ("grant",))
    return case.request.vendor in listed if isinstance(listed, frozenset) else None


def _attested(case: Case, name: str, about: tuple[str, ...]) -> Value | None:
    """What was stated of the first of the subjects of which it was; of works above, only what all of them say."""
    if not case.stated:
        return None
    for kind in about:
        if (value := case.stated.get((_SUBJECTS[kind](case) or "", name))) is not None:
            return value
        if kind == "production":
            above = {case.stated.get((one, name)) for one in case.request.production_line} - {None}
            if len(above) == 1:
                return above.pop()
    return None


_SUBJECTS: Mapping[str, Callable[[Case], str | None]] = {
    "person": lambda case: case.depiction.person,
    "grant": lambda case: case.grant,
    "asset": lambda case: case.request.asset_sha256,
    "production": lambda case: case.request.production,
}


def _known(
    name: str, type: str, absence: str, help: str, read: Read, *, values: Collection[str] = (), stands_on: str = ""
) -> Fact:
    owner = "question" if name.startswith(("request.", "depiction.")) else "registry"
    return Fact(name, type, absence, owner, help, read, values, stands_on=stands_on)


def _stated(
    name: str, type: str, absence: str, help: str, *, about: tuple[str, ...] = (), values: Collection[str] = (),
    against: bool = False, lawyers: int = 1, read: Read | None = None,
) -> Fact:  # fmt: skip
    of = about or (name.split(".")[0],)
    return Fact(name, type, absence, "attested", help, read or _reading(name, of), values, of, lawyers, against)


def _reading(name: str, about: tuple[str, ...]) -> Read:
    if about == ("production",) or len(about) > 1:
        return lambda case: _attested(case, name, about)
    subject = _SUBJECTS[about[0]]
    return lambda case: case.stated.get((subject(case) or "", name)) if case.stated else None


def _determined(name: str, help: str, *, about: tuple[str, ...] = ()) -> Fact:
    return _stated(name, "bool", OPEN, f"Two lawyers find that {help}", about=about, lawyers=TWO_LAWYERS)


_QUESTION = (
    _known("request.act", "code", GIVEN, "The act asked about", lambda case: case.request.act, values=ACTS),
    _known("request.media", "codes", OPEN, "The media asked about", lambda case: frozenset(case.request.media) or None,
           values=MEDIA),
    _known("request.territory", "place", OPEN, "The territory asked about", lambda case: case.place),
    _known("depiction.kind", "code", GIVEN, "Whether it recreates somebody, alters a recording or is routine", _kind_of_use,
           values=("replica", "alteration", "routine", "synthetic", "unidentified")),
    _known("depiction.role", "code", GIVEN, "The role of the depiction", lambda case: case.depiction.role, values=ROLES),
    _known("depiction.modality", "code", GIVEN, "The modality depicted", lambda case: case.depiction.modality,
           values=MODALITIES),
    _known("depiction.use", "code", GIVEN, "The use made of the person", lambda case: case.depiction.use, values=USES),
    _known("depiction.content", "codes", GIVEN, "The content shown", lambda case: case.depiction.content_flags,
           values=CONTENT_FLAGS),
    _known("depiction.driven", "bool", GIVEN, "The use lies on somebody else's performance, by its nature", _driven),
    _known("depiction.driver_named", "bool", GIVEN, "It is said whose performance it lies on, or that nobody real drove it",
           _driver_named),
    _known("depiction.determined", "bool", CLOSED, "Two lawyers found that no consent is needed",
           lambda case: case.determined),
)  # fmt: skip

_REGISTRY = (
    _known("person.kind", "code", OPEN, "Whether the person lives", lambda case: case.person.kind if case.person else None,
           values=PERSON_KINDS),
    _known("person.age", "number", OPEN, "The dates of the person's life, which give the age", _age,
           stands_on="person.birth_date"),
    _known("person.deceased", "bool", OPEN, "Whether the person has died", _deceased, stands_on="person.kind"),
    _known("person.death_date", "date", OPEN, "The day of death", lambda case: case.person.death_date if case.person else None),
    _known("person.years_since_death", "number", OPEN, "The years since the death", _years_dead,
           stands_on="person.death_date"),
    _known("production.kind", "code", OPEN, "The kind of the production",
           lambda case: case.production.kind if case.production else None,
           values=("feature", "series", "season", "episode", "game", "commercial", "recording")),
    _known("production.jurisdictions", "places", OPEN, "The key jurisdictions of the production",
           lambda case: (case.production.jurisdictions or None) if case.production else None),
    _known("production.photography_starts_on", "date", OPEN, "The first day of principal photography",
           lambda case: case.production.photography_starts_on if case.production else None),
    _known("grant.given", "bool", CLOSED, "A consent on file covers it", lambda case: case.revision is not None),
    _known("grant.term_years", "number", OPEN, "The years the consent runs for", _term_years),
    _known("grant.separate_signature", "bool", CLOSED, "The consent was signed apart from the other terms",
           lambda case: any(one.separate for one in signed(case))),
    _known("grant.names_production", "bool", CLOSED, "The consent names this production",
           lambda case: any(case.request.production in line.productions for line in _lines(case))),
    _known("grant.names_language", "bool", CLOSED, "The consent names these languages", _names_language),
    _known("grant.signed_as_minor", "bool", OPEN, "The consent was signed only while the person was a minor", signed_by_minor,
           stands_on="person.birth_date"),
    _known("grant.signed_by_guardian", "bool", GIVEN, "A parent, guardian or court consented", guardian_consented),
    _known("grant.signed_in_life", "bool", OPEN, "The consent was signed while the person lived", _signed_in_life,
           stands_on="person.death_date"),
    _known("grant.signed_for_the_dead", "bool", OPEN, "The consent was signed once the person had died", _signed_for_the_dead,
           stands_on="person.death_date"),
    _known("grant.vendor_has_access", "bool", CLOSED, "The vendor who would do it is on the access list of the replica",
           _vendor_has_access, stands_on="grant.access_given_to"),
    _known("grant.replica_from_elsewhere", "bool", OPEN, "The replica was made for another production", _from_elsewhere,
           stands_on="grant.replica_origin"),
)  # fmt: skip

_CONSENT = (
    _determined("grant.reasonably_specific", "the description of the intended use is reasonably specific"),
    _determined("grant.consistent_with_character",
                "the use is consistent with the contract and the fundamental character of the performance"),
    _stated("grant.represented_by", "code", OPEN, "Who represented the performer",
            values=("counsel", "union", "agent", "none")),
    _stated("grant.terms_signed_or_initialled", "bool", OPEN,
            "The clear and conspicuous commercial terms were signed or initialled"),
    _stated("grant.agreement_addresses_replicas", "bool", OPEN,
            "The union's agreement expressly addresses digital replicas"),
    _stated("grant.replaces_work_in_person", "bool", OPEN, "The replica replaces work the performer would do in person"),
    _stated("grant.conspicuous", "bool", OPEN, "The consent was clear and conspicuous"),
    _stated("grant.governing_law", "code", CLOSED, "The law that governs the consent", against=True),
    _stated("grant.reaffirmed", "bool", CLOSED, "The performer, of age, has reaffirmed the consent"),
    _stated("grant.guardian_objected", "bool", CLOSED, "A parent or guardian objects to the consent", against=True),
    _stated("grant.survives_death", "code", OPEN, "What the consent says of the performer's death",
            values=("yes", "no", "silent")),
    _determined("grant.survival_determined", "the consent goes on after the performer's death"),
    _stated("grant.training", "code", CLOSED, "What the consent says of training", against=True,
            values=("prohibited", "production_model_only", "vendor_model", "third_party", "unstated")),
    _stated("grant.replica_class", "code", OPEN, "The class of the replica",
            values=("EBDR", "ICDR", "BADR", "DIGITAL_ALTERATION", "SYNTHETIC", "ROUTINE_POST")),
    _stated("grant.replica_origin", "code", OPEN, "The production that the replica was made for"),
    _stated("grant.court_approved", "bool", OPEN, "A court has approved the consent"),
    _stated("grant.under_collective_agreement", "bool", OPEN, "A collective agreement governs the consent"),
    _stated("grant.notice_hours", "number", OPEN, "Hours from the notice to the services"),
    _stated("grant.notice_at_engagement", "bool", OPEN, "Notice was given at the engagement, which was later"),
    _stated("grant.compensation_reference", "bool", CLOSED, "A reference to the pay is on file"),
    _stated("grant.pay_scale_multiple", "number", OPEN, "The pay as a multiple of scale"),
    _stated("grant.describes_real_time_generation", "bool", CLOSED, "The consent expressly describes real-time generation"),
    _stated("grant.biometric_class", "code", OPEN, "The kind of biometric data taken",
            values=("none", "face_geometry", "voiceprint", "iris", "finger", "palm")),
    _stated("grant.biometric_release", "bool", CLOSED, "A written release states purpose and retention"),
    _stated("grant.destroyed_within_years", "number", OPEN, "Years until the biometric data is destroyed"),
    _stated("grant.kept_years_after_purpose", "number", OPEN, "Years the biometric data is kept after its purpose"),
    _stated("grant.biometrics_for_the_picture_only", "bool", CLOSED, "The biometric data serves this picture alone"),
    _stated("grant.separate_consent_to_editing", "bool", CLOSED, "The person edited was told and consented separately"),
    _stated("grant.access_list", "bool", CLOSED, "Who may use the replica is listed"),
    _stated("grant.access_given_to", "codes", CLOSED, "The vendors who may use the replica"),
    _stated("grant.custody_attested", "bool", CLOSED, "The custody of the replica is attested"),
    _stated("grant.union_approved_transfer", "bool", CLOSED, "The union approved the transfer"),
    _stated("grant.producer_stays_liable", "bool", CLOSED, "The producer acknowledged that it stays liable"),
    _stated("grant.transfer_answer_due_on", "date", OPEN, "The day the union's answer to the transfer is due"),
    _stated("grant.business_reason_before_request", "bool", CLOSED, "A business reason was dated before the request"),
    _stated("grant.same_advertiser", "bool", OPEN, "The commercial is for the advertiser named in the consent"),
    _stated("grant.same_product_line", "bool", OPEN, "The commercial is for the product line named in the consent"),
    _stated("grant.within_maximum_period", "bool", OPEN,
            "Production starts within the original maximum period of use"),
    _stated("grant.training_excluded", "bool", OPEN, "The consent excludes training"),
    _stated("grant.deletion_due_stated", "bool", OPEN, "The consent says when the replica is deleted"),
)  # fmt: skip

_PERSON = (
    _stated("person.residence", "code", CLOSED, "Where the person lives", against=True),
    _stated("person.domicile_at_death", "code", OPEN, "Where the person had their home when they died", read=_domicile),
    _stated("person.external_preference", "code", CLOSED, "What a register of preferences says of the person", against=True,
            values=("prohibited", "permitted_with_terms", "permitted")),
    _determined("person.preference_determined", "the consent stands against the preference registered elsewhere"),
    _determined("person.heir_threshold_met", "whoever consented holds the share of the rights that is needed"),
    _stated("person.encumbrances_searched", "bool", CLOSED, "Prior grants and vetoes were searched for"),
    _stated("person.encumbrance", "code", CLOSED, "A prior grant or veto of another party", against=True,
            values=("asserted", "accepted", "disputed", "released")),
    _determined("person.encumbrance_determined", "the prior grant or veto does not stand in the way"),
    _stated("person.estate_registration", "bool", CLOSED, "The registration number of the successors' claim is recorded"),
    _stated("person.public_use_shown", "bool", OPEN, "Public use of the likeness was shown for the renewal"),
    _stated("person.processing_basis", "code", CLOSED, "The basis on which the person's data is processed",
            values=("consent", "contract", "legal_obligation", "legit_interest")),
    _stated("person.privacy_notice", "bool", CLOSED, "The person was given a privacy notice"),
    _determined("person.biometrics_allowed", "the processing of biometric data is allowed"),
    _stated("person.court_order_served", "bool", CLOSED, "A court order about the person was served", against=True),
    _stated("person.court_order_complied", "bool", CLOSED, "Everything the court order names has ceased"),
    _stated("person.court_order_due_on", "date", OPEN, "The day by which the court order must be complied with"),
    _stated("person.culture_flagged", "bool", CLOSED, "A community's culture is concerned", against=True),
)  # fmt: skip

_WORK = (
    _determined("production.culture_reviewed", "the cultural review is recorded and its conditions are met",
                about=("person", "production")),
    _stated("production.strike", "bool", CLOSED, "A strike lock lies on the production", about=("production", "person"),
            against=True),
    _determined("production.evidently_artistic", "the work is evidently artistic", about=("asset", "production")),
    _stated("production.eu_disclosure", "code", CLOSED, "How the deepfake is disclosed", about=("asset", "production"),
            values=("full", "artistic")),
    _stated("production.synthetic_disclosed", "bool", CLOSED, "The synthetic performer is conspicuously disclosed",
            about=("asset", "production")),
    _determined("production.disclosure_exempt", "the advertisement need not disclose a synthetic performer",
                about=("asset", "production")),
    _determined("production.significant_value", "the synthetic performer adds significant additional value"),
    _stated("production.synthetic_notice", "bool", CLOSED, "The union was notified of the synthetic performer"),
    _stated("production.training_notice", "bool", CLOSED, "Written notice of the licence for training was given"),
    _stated("production.ai_script_material", "bool", CLOSED, "A writer was given material made with AI", against=True),
    _stated("production.ai_script_disclosed", "bool", CLOSED, "The writer was told which material was made with AI"),
    _stated("production.ai_creative_element", "bool", CLOSED, "AI is used in a creative element", against=True),
    _stated("production.director_consulted", "bool", CLOSED, "The director was consulted"),
    _stated("production.ai_music_prompted", "bool", OPEN, "The music was prompted by a musician's work"),
    _stated("production.ai_music_minutes", "bool", CLOSED, "The minutes of generated music and the pay are on file"),
    _stated("production.union_told", "bool", CLOSED, "The union was told before production"),
    _stated("production.engaged_on", "date", OPEN, "The day of the engagement"),
    _stated("production.recorded_on", "date", OPEN, "The day the recording was made"),
    _determined("asset.exception_determined", "an exception makes consent unnecessary"),
    _stated("asset.upstream_mark", "bool", CLOSED, "The file came with a latent mark", against=True),
    _stated("asset.upstream_mark_kept", "bool", CLOSED, "The latent mark is kept in an ingredient"),
    _stated("asset.machine_readable_mark", "bool", OPEN, "The output carries a machine-readable mark",
            about=("asset", "production")),
    _stated("asset.removal_requested", "bool", CLOSED, "A valid request for removal was received", against=True),
    _stated("asset.removed", "bool", CLOSED, "What was asked for is removed"),
    _stated("asset.removal_due_on", "date", OPEN, "The day by which it must be removed"),
    _stated("asset.cn_label", "bool", CLOSED, "The explicit label is present", about=("asset", "production")),
    _stated("asset.cn_metadata", "bool", CLOSED, "The AIGC metadata is present", about=("asset", "production")),
    _stated("asset.in_label", "bool", CLOSED, "The prominent label is present", about=("asset", "production")),
    _stated("asset.in_metadata", "bool", CLOSED, "The permanent metadata identifier is present",
            about=("asset", "production")),
    _stated("asset.kr_label_plan", "bool", CLOSED, "There is a plan for the label", about=("asset", "production")),
)  # fmt: skip

FACTS: Mapping[str, Fact] = MappingProxyType(
    {fact.name: fact for fact in (*_QUESTION, *_REGISTRY, *_CONSENT, *_PERSON, *_WORK)}
)
