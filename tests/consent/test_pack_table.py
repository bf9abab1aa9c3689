"""Each rule of the table in consent.md §8, met, broken and not to be told; a row is the facts that make the difference."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from consent import policy, rulebook
from consent.decision import decide
from consent.facts import Depiction, Person, Record
from consent.vocabulary import ACTS, MODALITIES, USES
from tests.consent.world import ASSET, authority, fact, grant, harbor, line, question, revision, signature, statement

NOW = datetime(2026, 10, 1, tzinfo=UTC)
ALIVE, DEAD = Person("per_mira", "living", date(1974, 3, 2)), Person("per_mira", "deceased", date(1944, 3, 2), date(2024, 2, 3))
GROWN = Person("per_mira", "living", date(2008, 9, 1))
SHOWN = Depiction("mira", "per_mira", "target_likeness", "face", "digital_double")
FIGURE = Depiction("figure", None, "synthetic", "body", "synthetic_character")
HARBOR, PERSON, GRANT = "prd_harbor", "per_mira", "grt_1"
STARTS = {"photography_starts_on": date(2026, 9, 1)}
TV26 = {"agreements": {"sag-tv"}, **STARTS}
TV23 = {"agreements": {"sag-tv"}, "photography_starts_on": date(2026, 5, 1)}
CAPTURED = {"act": "capture"}
NOTED = ((GRANT, "grant.conspicuous", "yes"), (GRANT, "grant.replica_class", "DIGITAL_ALTERATION"))
IN_PERSON = (GRANT, "grant.replaces_work_in_person", "yes")
NOT_SPECIFIC = tuple(
    (GRANT, f"grant.{name}", answer)
    for name, answer in (("reasonably_specific", "no"), ("consistent_with_character", "no"), ("represented_by", "none"))
)
SPECIFIC = (GRANT, "grant.reasonably_specific", "yes")
FACES = (GRANT, "grant.biometric_class", "face_geometry")
DIED_HERE = (PERSON, "person.domicile_at_death", "US-NY")
ICDR = (GRANT, "grant.replica_class", "ICDR")
EBDR = (GRANT, "grant.replica_class", "EBDR")
ELSEWHERE = (GRANT, "grant.replica_origin", "prd_other")
DETERMINED = (PERSON, "no_consent_needed", "yes")
ESTATE = {"person": DEAD, "capacity": "executor"}
IN_LIFE = {"person": DEAD, "signed": date(2020, 1, 1)}
UNSIGNED = {"person": DEAD, "given": False}
AD = {"kind": "commercial", "shown": FIGURE, "act": "release"}
CHILD = {"person": replace(ALIVE, birth_date=date(2010, 1, 1)), "capacity": "guardian"}
LONG_DEAD = {"person": replace(DEAD, death_date=date(2010, 1, 1)), "capacity": "executor"}
DUBBED = {"use": "lip_sync_dub", "asking": ("de",), "agreements": {"sag-tv"}, "photography_starts_on": date(2027, 7, 1)}
IMA = {"agreements": {"sag-ima"}, "use": "real_time_generation"}
SRC = {"agreements": {"sag-src"}, "modality": "voice", "act": "release"}
BASIS = ((PERSON, "person.processing_basis", "contract"), (PERSON, "person.privacy_notice", "yes"))


def yes(subject, name):
    return (subject, name, "yes")


BY_VENDOR = {"act": "generate", "vendor": "org_vendor", **TV26}
HANDED = yes(GRANT, "grant.access_list"), yes(GRANT, "grant.custody_attested")


def asked(pack, *stated, use="digital_double", modality="face", person=ALIVE, shown=SHOWN, named=False, separate=True,
          given=True, signed=date(2026, 5, 3), capacity="self", languages=(), end=None, media=("svod",),
          asking=("en",), act="sign", places=("US", "DE", "CN", "IN", "KR", "DK"), vendor=None, **work):  # fmt: skip
    """What this pack alone says beside core: the rules of it that bite, with how gravely, and that advise."""
    depiction = replace(shown, use=use, modality=modality) if shown is SHOWN else shown
    anything = line(
        uses=set(USES), modalities=set(MODALITIES), acts=set(ACTS), languages=languages,
        productions={HARBOR} if named else (),
    )  # fmt: skip
    consented = revision(
        anything, signatures=(replace(signature(signed, capacity), separate=separate),), term_end=end,
        effective_from=date(2026, 5, 3), authority=None if capacity == "self" else authority(capacity),
    )  # fmt: skip
    statements = tuple(
        statement("determination", subject, question=name, answer=answer, id=f"sta_{name}")
        if name == "no_consent_needed" else fact(subject, name, answer)
        for subject, name, answer in stated
    )  # fmt: skip
    file = Record(
        (person,), (grant(consented),) if given else (), statements, harbor(**{"jurisdictions": {"US"}, **work}),
        policy.standing((one, "enforcing") for one in rulebook.newest() if one.id == pack),
    )  # fmt: skip
    put = question(
        depiction, act=act, territories=places, media=media, languages=asking, as_of=NOW, known_at=NOW, asset_sha256=ASSET,
        vendor=vendor,
    )  # fmt: skip
    decision = decide(put, file)
    found = {(one.rule, one.severity): one.code for one in decision.reasons}
    found |= {(one.rule, "obligation"): "consent.obligation" for one in decision.obligations if one.rule not in str(found)}
    return found | {(one.rule, one.severity): one.code for one in decision.advice}


# rule: (pack, what makes it met, what makes it broken, what nobody can tell, how gravely it is broken). A state is the
# facts stated and how the question or the file differs; None where the rule knows no such state.
BROKEN, UNCLEAR = "consent.rule", "consent.rule_unclear"
CONTRACT = ([IN_PERSON, SPECIFIC], [IN_PERSON, *NOT_SPECIFIC], [IN_PERSON])
ROWS = {
    "CORE-MINOR-REAFFIRM": ("core", "review",
        ([yes(GRANT, "grant.reaffirmed")], {"person": GROWN, "capacity": "guardian"}),
        ([], {"person": GROWN, "capacity": "guardian"}),
        ([], {"person": replace(GROWN, birth_date=None), "capacity": "guardian"})),
    "CORE-GUARDIAN-OBJECTION": ("core", "review",
        ([yes(GRANT, "grant.guardian_objected"), yes(GRANT, "grant.reaffirmed")], {"person": GROWN, "capacity": "guardian"}),
        ([yes(GRANT, "grant.guardian_objected")], CHILD),
        ([yes(GRANT, "grant.guardian_objected")], {"person": replace(ALIVE, birth_date=None)})),
    "CORE-ESTATE-AUTH": ("core", "review",
        ([yes(PERSON, "person.heir_threshold_met"), yes(PERSON, "person.encumbrances_searched")], ESTATE),
        ([(PERSON, "person.heir_threshold_met", "no")], ESTATE),
        ([yes(PERSON, "person.encumbrances_searched")], ESTATE)),
    "CORE-PRIOR-VETO": ("core", "review",
        ([(PERSON, "person.encumbrance", "asserted"), yes(PERSON, "person.encumbrance_determined")], {}),
        ([(PERSON, "person.encumbrance", "asserted"), (PERSON, "person.encumbrance_determined", "no")], {}),
        ([(PERSON, "person.encumbrance", "disputed")], {})),
    "CORE-DEATH-SILENT": ("core", "review",
        ([(GRANT, "grant.survives_death", "yes")], IN_LIFE),
        ([(GRANT, "grant.survives_death", "silent"), (GRANT, "grant.survival_determined", "no")], IN_LIFE),
        ([], IN_LIFE)),
    "CORE-TRAIN": ("core", "deny",
        ([(GRANT, "grant.training", "vendor_model")], {"act": "train"}),
        ([(GRANT, "grant.training", "prohibited")], {"act": "train"}), None),
    "CORE-HCR-CONFLICT": ("core", "review",
        ([(PERSON, "person.external_preference", "prohibited"), yes(PERSON, "person.preference_determined")], {}),
        ([(PERSON, "person.external_preference", "prohibited"), (PERSON, "person.preference_determined", "no")], {}),
        ([(PERSON, "person.external_preference", "prohibited")], {})),
    "CORE-CULTURE": ("core", "review",
        ([yes(HARBOR, "production.culture_reviewed")], {"use": "historical_figure"}),
        ([(HARBOR, "production.culture_reviewed", "no")], {"use": "historical_figure"}), ([], {"use": "historical_figure"})),
    "CORE-DRIVER": ("core", "review",
        ([], {"shown": replace(SHOWN, role="body_double"), "use": "stunt_double"}), ([], {"use": "face_replacement"}), None),
    "CA-927": ("us-ca", "review", *((facts, {"jurisdictions": {"US-CA"}}) for facts in CONTRACT)),
    "CA-3344.1": ("us-ca", "deny", ([], IN_LIFE),
        ([(ASSET, "asset.exception_determined", "no")], UNSIGNED), ([], UNSIGNED)),
    "CA-683-TRO": ("us-ca", "obligation",
        ([yes(PERSON, "person.court_order_served"), yes(PERSON, "person.court_order_complied")], {}),
        ([yes(PERSON, "person.court_order_served")], {}), None),
    "CA-683-LOCK": ("us-ca", "deny", ([], {}), ([yes(PERSON, "person.court_order_served")], {}), None),
    "CA-942-KEEP": ("us-ca", "deny", ([yes(ASSET, "asset.upstream_mark"), yes(ASSET, "asset.upstream_mark_kept")], {}),
        ([yes(ASSET, "asset.upstream_mark")], {}), None),
    "NY-5-302": ("us-ny", "review", ([IN_PERSON, SPECIFIC], {}), ([IN_PERSON, SPECIFIC], {"separate": False}), ([IN_PERSON], {})),
    "NY-50F": ("us-ny", "deny", ([DIED_HERE, yes(PERSON, "person.estate_registration")], IN_LIFE),
        ([DIED_HERE], UNSIGNED), None),
    "NY-50F-NUMBER": ("us-ny", "review", ([DIED_HERE, yes(PERSON, "person.estate_registration")], IN_LIFE),
        ([DIED_HERE], IN_LIFE), ([], IN_LIFE)),
    "NY-396B": ("us-ny", "review",
        ([yes(HARBOR, "production.synthetic_disclosed")], AD),
        ([(HARBOR, "production.disclosure_exempt", "no")], AD),
        ([], AD)),
    "IL-ROPA": ("us-il", "deny", ([], {}), ([], {"given": False}), None),
    "IL-4762": ("us-il", "review", *((facts, {}) for facts in CONTRACT)),
    "IL-BIPA": ("us-il", "deny",
        ([FACES, yes(GRANT, "grant.biometric_release"), (GRANT, "grant.destroyed_within_years", "3")], CAPTURED),
        ([FACES, yes(GRANT, "grant.biometric_release"), (GRANT, "grant.destroyed_within_years", "4")], CAPTURED),
        ([FACES, yes(GRANT, "grant.biometric_release")], CAPTURED)),
    "TX-CUBI": ("us-tx", "obligation", ([FACES, (GRANT, "grant.kept_years_after_purpose", "1")], {}),
        ([FACES, (GRANT, "grant.kept_years_after_purpose", "2")], {}), ([FACES], {})),
    "TN-ELVIS": ("us-tn", "deny", ([DETERMINED], {"given": False, "modality": "voice"}),
        ([], {"given": False, "modality": "voice"}), None),
    "US-TAKEITDOWN": ("us-federal", "obligation",
        ([yes(ASSET, "asset.removal_requested"), yes(ASSET, "asset.removed")], {}),
        ([yes(ASSET, "asset.removal_requested")], {}), None),
    "US-NOFAKES-TERM": ("us-federal", "note", ([], {"end": date(2036, 5, 3)}),
        ([(GRANT, "grant.under_collective_agreement", "no")], {}),
        ([], {})),
    "US-NOFAKES-MINOR": ("us-federal", "note",
        ([yes(GRANT, "grant.court_approved")], CHILD | {"end": date(2028, 1, 1)}),
        ([yes(GRANT, "grant.court_approved")], CHILD),
        ([], CHILD | {"end": date(2028, 1, 1)})),
    "US-NOFAKES-WRITING": ("us-federal", "note", ([SPECIFIC], {}),
        ([NOT_SPECIFIC[0], (GRANT, "grant.under_collective_agreement", "no")], {}), ([], {})),
    "US-NOFAKES-ESTATE": ("us-federal", "note",
        ([yes(PERSON, "person.public_use_shown")], LONG_DEAD),
        ([(PERSON, "person.public_use_shown", "no")], LONG_DEAD),
        ([], LONG_DEAD)),
    "EU-50-4": ("eu", "review", ([(HARBOR, "production.eu_disclosure", "full")], {"act": "release"}), ([], {"act": "release"}),
        ([(HARBOR, "production.eu_disclosure", "artistic")], {"act": "release"})),
    "EU-50-2": ("eu", "deny", ([], {}), ([(HARBOR, "asset.machine_readable_mark", "no")], {"act": "release"}),
        ([], {"act": "release"})),
    "EU-GDPR-BASIS": ("eu", "review",
        ([*BASIS, (GRANT, "grant.biometric_class", "none")], {"jurisdictions": {"DE"}}), ([BASIS[0]], {"jurisdictions": {"DE"}}),
        ([*BASIS], {"jurisdictions": {"DE"}})),
    "DK-73A": ("dk", "note", ([], {"act": "release"}), ([], {"act": "release", "given": False}), None),
    "CN-LABEL": ("cn", "review", ([yes(HARBOR, "asset.cn_label"), yes(HARBOR, "asset.cn_metadata")], {"act": "release"}),
        ([yes(HARBOR, "asset.cn_label")], {"act": "release"}), None),
    "CN-SEPARATE": ("cn", "deny", ([yes(GRANT, "grant.separate_consent_to_editing")], {"jurisdictions": {"CN"}}),
        ([], {"jurisdictions": {"CN"}}),
        ([], {"jurisdictions": ()})),
    "IN-SGI": ("in", "review", ([yes(HARBOR, "asset.in_label"), yes(HARBOR, "asset.in_metadata")], {"act": "release"}),
        ([yes(HARBOR, "asset.in_label")], {"act": "release"}), None),
    "KR-LABEL": ("kr", "note", ([yes(HARBOR, "asset.kr_label_plan")], {}), ([], {}), None),
    "SAG-48H": ("sag-aftra-tv-2023", "review", ([(GRANT, "grant.notice_hours", "48")], {"act": "create_replica", **TV23}),
        ([(GRANT, "grant.notice_hours", "28"), (GRANT, "grant.notice_at_engagement", "no")], {"act": "create_replica", **TV23}),
        ([], {"act": "create_replica", **TV23})),
    "SAG-SEPARATE-SIG": ("sag-aftra-tv-2026", "deny", ([*NOTED], TV26), ([*NOTED], {"separate": False, **TV26}), ([], TV26)),
    "SAG-REUSE": ("sag-aftra-tv-2026", "deny", ([EBDR, ELSEWHERE], {"named": True, **TV26}), ([EBDR, ELSEWHERE], TV26),
        ([EBDR], TV26)),
    "SAG-ICDR": ("sag-aftra-tv-2026", "deny", ([ICDR], TV26), None, None),
    "SAG-ICDR-PAY": ("sag-aftra-tv-2026", "review", ([ICDR, yes(GRANT, "grant.compensation_reference")], TV26),
        ([ICDR], TV26), ([], TV26)),
    "SAG-DUB": ("sag-aftra-tv-2026", "deny",
        ([], DUBBED | {"languages": ("de",)}),
        ([], DUBBED), None),
    "SAG-BIO": ("sag-aftra-tv-2026", "deny",
        ([(GRANT, "grant.biometric_class", "iris"), yes(GRANT, "grant.biometrics_for_the_picture_only")], TV26),
        ([(GRANT, "grant.biometric_class", "iris")], TV26), ([], TV26)),
    "SAG-STRIKE": ("sag-aftra-tv-2026", "deny", ([], TV26), ([yes(HARBOR, "production.strike")], TV26), None),
    "SAG-CUSTODY": ("sag-aftra-tv-2026", "review",
        ([*HANDED, (GRANT, "grant.access_given_to", "org_other,org_vendor")], BY_VENDOR),
        ([*HANDED, (GRANT, "grant.access_given_to", "org_other")], BY_VENDOR), None),
    "SAG-TRANSFER": ("sag-aftra-tv-2026", "review", ([yes(GRANT, "grant.producer_stays_liable")], {"act": "transfer", **TV26}),
        ([], {"act": "transfer", **TV26}), None),
    "SAG-REASON": ("sag-aftra-tv-2026", "review", ([yes(GRANT, "grant.business_reason_before_request")], {**CAPTURED, **TV26}),
        ([], {**CAPTURED, **TV26}), None),
    "SAG-SYNTH": ("sag-aftra-tv-2026", "review",
        ([yes(HARBOR, "production.significant_value"), yes(HARBOR, "production.synthetic_notice")], {"shown": FIGURE, **TV26}),
        ([yes(HARBOR, "production.significant_value")], {"shown": FIGURE, **TV26}),
        ([yes(HARBOR, "production.synthetic_notice")], {"shown": FIGURE, **TV26})),
    "SAG-TRAIN": ("sag-aftra-tv-2026", "obligation", ([yes(HARBOR, "production.training_notice")], {"act": "train", **TV26}),
        ([], {"act": "train", **TV26}), None),
    **{
        rule: ("sag-commercials-2025", "deny", *(
            (stated, {"agreements": {"sag-commercials"}, **STARTS}) for stated in ([yes(GRANT, name)], [(GRANT, name, "no")], [])
        ))
        for rule, name in (
            ("SAG-COMM-ADVERTISER", "grant.same_advertiser"), ("SAG-COMM-LINE", "grant.same_product_line"),
            ("SAG-COMM-PERIOD", "grant.within_maximum_period"),
        )
    },
    "SAG-IMA-RTG": ("sag-ima-2025", "deny", *(
        ([(HARBOR, "production.engaged_on", "2026-05-01"), *stated], IMA)
        for stated in ([yes(GRANT, "grant.describes_real_time_generation")], [])), None),
    "SAG-IMA-RTG-PAY": ("sag-ima-2025", "review", *(
        ([(HARBOR, "production.engaged_on", "2026-05-01"), *stated], IMA)
        for stated in ([(GRANT, "grant.pay_scale_multiple", "7.5")], [(GRANT, "grant.pay_scale_multiple", "7.4")], []))),
    "SAG-SRC": ("sag-src-2024", "deny", *(
        ([(HARBOR, "production.recorded_on", "2026-05-01")], SRC | {"named": named})
        for named in (True, False)), None),
    **{
        rule: (pack, "obligation", ([*when, yes(HARBOR, name)], {"agreements": {pack}, "act": act, **STARTS}),
               ([*when], {"agreements": {pack}, "act": act, **STARTS}), None)
        for rule, pack, act, when, name in (
            ("WGA-72", "wga", "sign", [yes(HARBOR, "production.ai_script_material")], "production.ai_script_disclosed"),
            ("WGA-TRAIN", "wga", "train", [], "production.training_notice"),
            ("DGA-CONSULT", "dga", "sign", [yes(HARBOR, "production.ai_creative_element")], "production.director_consulted"),
        )
    },
    "AFM-AI": ("afm", "review", *(
        (stated, {"agreements": {"afm"}, "use": "generated_music", **STARTS})
        for stated in ([yes(HARBOR, "production.ai_music_minutes")], [yes(HARBOR, "production.ai_music_prompted")], []))),
    "ACTRA-48H": ("actra", "review", *(
        (stated, {"agreements": {"actra"}, **CAPTURED, **STARTS})
        for stated in ([yes(HARBOR, "production.union_told"), (GRANT, "grant.notice_hours", "48")],
        [(GRANT, "grant.notice_hours", "24")],
                       [yes(HARBOR, "production.union_told")]))),
    "EQUITY-SCOPE": ("equity-pact", "note", ([], {"named": True, "agreements": {"equity"}, **STARTS}),
        ([], {"agreements": {"equity"}, **STARTS}), None),
    **{
        rule: ("equity-pact", "note", *(
            (stated, {"agreements": {"equity"}, **STARTS}) for stated in ([yes(GRANT, name)], [(GRANT, name, "no")], [])
        ))
        for rule, name in (("EQUITY-TRAIN", "grant.training_excluded"), ("EQUITY-DELETION", "grant.deletion_due_stated"))
    },
}  # fmt: skip
STATES = ("met", "broken", "unknown")


@pytest.mark.parametrize("stated, vendor, severities", [
    (HANDED, None, set()), (HANDED[:1], None, {"review"}), (HANDED[1:], None, {"review"}),
    (HANDED, "org_vendor", {"review"}),
    ((*HANDED, (GRANT, "grant.access_given_to", "")), "org_vendor", {"review"}),
    ((*HANDED, (GRANT, "grant.access_given_to", "org_vendor")), "org_vendor", set()),
], ids=["the studio itself", "not attested", "no list", "none ticked", "nobody left", "on the list"])  # fmt: skip
def test_a_replica_is_used_by_the_studio_and_by_vendors_on_its_list(stated, vendor, severities):
    found = asked("sag-aftra-tv-2026", *stated, act="generate", vendor=vendor, **TV26)
    assert {severity for rule, severity in found if rule == "SAG-CUSTODY"} == severities


def test_every_rule_has_its_row():
    assert set(ROWS) == {rule.id for _, rule in rulebook.every_rule()}


def of_rule(found, rule):
    return {(severity, code) for (id, severity), code in found.items() if id == rule}


@pytest.mark.parametrize("rule", ROWS)
def test_what_the_rule_asks_for_meets_it(rule):
    pack, _, (stated, differs), _, _ = ROWS[rule]
    assert of_rule(asked(pack, *stated, **link(pack, differs)), rule) == set()


@pytest.mark.parametrize("rule", [rule for rule in ROWS if ROWS[rule][3]])
def test_what_breaks_the_rule_is_as_grave_as_the_rule_says(rule):
    pack, severity, _, (stated, differs), _ = ROWS[rule]
    [(found, code)] = of_rule(asked(pack, *stated, **link(pack, differs)), rule)
    assert (found, code in (BROKEN, "consent.obligation")) == (severity, True)


@pytest.mark.parametrize("rule", [rule for rule in ROWS if ROWS[rule][4]])
def test_what_nobody_can_tell_goes_to_a_lawyer(rule):
    """An obligation that cannot be told is one still to be met; what only notes, notes; a law of which nobody can tell
    whether it has to do with the case is asked about as a whole."""
    pack, severity, _, _, (stated, differs) = ROWS[rule]
    found = asked(pack, *stated, **link(pack, differs))
    [(gravity, code)] = of_rule(found, rule) or of_rule(found, pack.upper())
    expected = severity if severity in ("note", "obligation") else "review"
    assert (gravity, code in (UNCLEAR, "consent.obligation")) == (expected, True)


def link(pack, differs):
    """A link with the law, where the row names none: a key jurisdiction of that name."""
    place = {"us-ca": "US-CA", "us-ny": "US-NY", "us-il": "US-IL", "us-tx": "US-TX", "us-tn": "US-TN"}.get(pack, "US")
    return {"jurisdictions": {place}, **differs}
