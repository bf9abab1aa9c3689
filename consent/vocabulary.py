"""The codes of consent and what lawyers call them. Codes are stable; labels may be reworded and translated."""

from collections.abc import Mapping
from types import MappingProxyType

Vocabulary = Mapping[str, str]


def _vocabulary(**terms: str) -> Vocabulary:
    return MappingProxyType(terms)


def choices(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """The vocabulary as pairs of code and label, in its own order, as form fields want them."""
    return list(vocabulary.items())


# --- what may be done to somebody's likeness -----------------------------------------------------------------------

USES = _vocabulary(
    de_aging="De-aging",
    aging_up="Ageing",
    face_replacement="Face replacement",
    digital_double="Digital double",
    stunt_double="Stunt double with a replaced likeness",
    crowd_replica="Replicas in a crowd",
    body_reshape="Reshaping of the body",
    digital_makeup="Digital make-up",
    voice_clone="Voice cloning",
    voice_conversion="Voice conversion",
    singing_voice="Generated singing",
    dialogue_alteration="Altered dialogue",
    lip_sync_dub="Lip synchronisation to a dub",
    translated_voice_dub="Dubbing in the performer's own voice",
    performance_transfer="Transfer of a performance",
    posthumous="Recreation of a deceased performer",
    historical_figure="Recreation of a historical figure",
    archival_restoration="Restoration of archive material",
    likeness_reference_prompt="Generation from a likeness",
    synthetic_character="Synthetic character",
    real_time_generation="Real-time generation",
    marketing_cutdown="Shortened version for marketing",
    merchandising="Merchandising",
    previs_internal="Previsualisation, internal",
    model_training="Training of a model",
    denoise="Denoising",
    upscale="Upscaling",
    roto="Rotoscoping",
    tracking="Tracking",
    colour_grade="Colour grading",
    cleanup="Clean-up",
    inpaint="Inpainting",
    background_generation="Generated background",
    generated_music="Generated music",
    generated_sound="Generated sound",
    generated_text="Generated text",
    translation="Machine translation",
    routine_post="Routine post-production",
    other="Another use",
)

# They process the recording and leave the performance as it was recorded: nobody's consent is asked for.
TECHNICAL_USES = frozenset({"denoise", "upscale", "roto", "tracking", "colour_grade"})

# With a reason from ROUTINE_REASONS these count as routine; any other use needs consent whatever reason is given.
ROUTINE_USES = TECHNICAL_USES | {"routine_post", "cleanup", "inpaint", "digital_makeup", "archival_restoration"}

# They change a performance that was recorded; what else is not routine recreates somebody (consent.md §2.1).
ALTERATION_USES = ROUTINE_USES | {
    "de_aging", "aging_up", "body_reshape", "dialogue_alteration", "lip_sync_dub", "marketing_cutdown",
}  # fmt: skip

# Routine is what alters a recording (consent.md §2.1); to scan somebody, copy or learn from them needs consent always.
ACTS_NEVER_ROUTINE = frozenset({"capture", "create_replica", "train"})

# SAG-AFTRA TV/Theatrical 2023, Digital Alteration: what needs no consent.
ROUTINE_REASONS = _vocabulary(
    cosmetics="Cosmetics",
    wardrobe="Wardrobe",
    noise="Noise reduction",
    timing="Timing or speed",
    continuity="Continuity",
    pitch_tone="Pitch or tone",
    visual_effects="Visual effects and filters",
    standards_practices="Standards and practices",
    ratings="Rating",
    dialogue_adjustment="Adjustment of dialogue",
)

MODALITIES = _vocabulary(
    face="Face",
    voice="Voice",
    body="Body",
    motion="Movement",
    performance="Performance",
    name="Name",
    signature_trait="Signature trait",
)

ACTS = _vocabulary(
    capture="Capture (scan or record)",
    create_replica="Create a replica",
    generate="Generate",
    alter="Alter",
    dub="Dub",
    sign="Sign",
    release="Release",
    continue_distribution="Continue distribution",
    promote="Promote",
    transfer="Transfer to another party",
    train="Train a model",
    retain="Retain",
    destroy="Destroy",
)

# Silence about these is not consent: a line grants them only by naming them (CORE-TRAIN: unstated is refused).
ACTS_TO_BE_NAMED = frozenset({"train"})

MEDIA = _vocabulary(
    theatrical="Theatrical",
    svod="Subscription video on demand",
    avod="Advertising-funded video on demand",
    tvod="Transactional video on demand",
    free_tv="Free television",
    pay_tv="Pay television",
    physical="Physical carriers",
    airline="In-flight",
    game="Game",
    interactive_rt="Interactive, in real time",
    social="Social media",
    advertising="Advertising",
    radio_podcast="Radio and podcast",
    sound_recording="Sound recording",
    stage="Stage",
    theme_park="Theme park",
    internal="Internal",
)

CONTENT_FLAGS = _vocabulary(
    nudity="Nudity",
    simulated_sex="Simulated sex",
    violence="Violence",
    gore="Gore",
    self_harm="Self-harm",
    drugs="Drugs",
    tobacco="Tobacco",
    alcohol="Alcohol",
    profanity="Profanity",
    slur="Slur",
    political="Political statement",
    religious="Religious statement",
    endorsement="Endorsement",
    medical="Medical claim",
    illegal_conduct="Illegal conduct",
    defamatory_risk="Risk of defamation",
    real_event="Real event",
)

SEXUAL_CONTENT = frozenset({"nudity", "simulated_sex"})

# --- who -----------------------------------------------------------------------------------------------------------

ROLES = _vocabulary(
    target_likeness="Likeness shown",
    driving_performer="Driving performer",
    voice_source="Voice heard",
    body_double="Body double",
    source_performance="Source performance",
    background="Background performer",
    training_contributor="Contributor to training",
    synthetic="Synthetic, nobody real",
)

# Whose performance somebody else's likeness or voice is laid on, and the uses that cannot be made without one (§7, §11.6).
DRIVING_ROLES = frozenset({"driving_performer", "body_double", "source_performance"})
DRIVEN_USES = frozenset({"face_replacement", "stunt_double", "performance_transfer", "voice_conversion"})

PERSON_KINDS = _vocabulary(
    living="Living",
    deceased="Deceased",
    fictional_historical="Fictional or historical",
)

AUTHORITY_KINDS = _vocabulary(
    self="The person",
    guardian="Parent or guardian",
    agent="Agent",
    attorney_in_fact="Attorney in fact",
    executor="Executor",
    heir="Heir",
    trustee="Trustee",
    assignee="Assignee",
    union="Union",
    court="Court",
)

# Who may consent for somebody who is not of age.
MINORS_SPOKEN_FOR_BY = frozenset({"guardian", "court"})

# An estate speaks for the dead only, and what the living gave to these ends with their life (consent.md §2.1).
SPEAKING_ONLY_FOR_THE_DEAD = frozenset({"executor", "heir"})
SPEAKING_ONLY_FOR_THE_LIVING = frozenset({"self", "agent", "attorney_in_fact"})

# --- what is on file -----------------------------------------------------------------------------------------------

GRANT_KINDS = _vocabulary(
    individual="Individual agreement",
    rider="Rider",
    estate="Estate",
    union="Union",
    standing="Standing consent",
)

LINE_EFFECTS = _vocabulary(
    grant="Grants",
    exclude="Excludes",
    approval_required="Needs approval of the exact file",
)

ENDING_KINDS = _vocabulary(
    withdrawn="Withdrawn by the performer",
    revoked="Revoked by another party",
    terminated="Terminated under the agreement",
    annulled="Never valid",
)

ENDING_MODES = _vocabulary(
    prospective_new_use="No new use; finished work continues",
    no_new_release="Nothing unreleased is released; released work stays",
    run_off="Allowed until a date",
    cease_all="All use stops",
    annul="Never valid – everything goes to review",
)

STATEMENT_KINDS = _vocabulary(
    lock="Lock",
    lift="Lifting of a lock",
    approval="Approval of an exact file",
    determination="Determination",
    fact="Fact",
)

APPROVAL_ANSWERS = _vocabulary(approved="Approved", refused="Refused")

# What a rule pack may do once a lawyer has adopted it.
PACK_MODES = _vocabulary(advisory="Advises", enforcing="Decides")
CERTAINTIES: Vocabulary = MappingProxyType(
    {
        "T": "primary text read",
        "S": "read in a law firm's, a union's or the press's account",
        "S-": "a single weak source",
        "M": "from memory, not checked",
    }
)
TEXTS_READ = _vocabulary(
    primary="the text itself", secondary="accounts of the text", memory="nothing: written down from memory"
)
PACK_KINDS = _vocabulary(law="Law", cba="Collective agreement", policy="Policy", core="Rules of the house")
RULE_STATUSES = _vocabulary(
    in_force="in force", pending="pending: only noted", negotiating="being negotiated: only noted", expired="expired"
)

QUESTIONS = _vocabulary(no_consent_needed="No consent is needed")
ANSWERS = _vocabulary(yes="Yes", no="No")

# --- what is answered ----------------------------------------------------------------------------------------------

OUTCOMES = _vocabulary(permit="Cleared", review="Needs counsel", deny="Not cleared")

SEVERITIES = _vocabulary(
    absolute="Prohibited",
    deny="Not cleared",
    review="Needs counsel",
    obligation="Obligation",
    note="Note",
)

REASONS: Vocabulary = MappingProxyType(
    {
        "consent.prohibited": "Prohibited, whatever anyone consents to",
        "consent.locked": "Locked",
        "consent.disputed": "Disputed",
        "consent.excluded": "Excluded",
        "consent.no_grant": "No consent on file",
        "consent.out_of_scope": "Not covered by the consent on file",
        "consent.not_yet": "Consent not yet in force",
        "consent.expired": "Consent expired",
        "consent.ended": "Consent ended",
        "consent.offered": "Offered, awaiting the performer",
        "consent.awaiting_verification": "Awaiting verification by a second lawyer",
        "consent.evidence_missing": "Signed paper missing",
        "consent.authority": "Authority of the signatory not shown",
        "consent.guardian": "Parent or guardian has not consented",
        "consent.approval_missing": "Approval of this file missing",
        "consent.approval_refused": "Approval of this file refused",
        "consent.unidentified": "A real person is not identified",
        "consent.needs_counsel": "A lawyer must decide",
        "consent.rule": "A rule of law or of an agreement is not met",
        "consent.rule_unclear": "Nobody can tell whether a rule is met",
        "consent.obligation": "Something is still to be done",
        "consent.agreement_expired": "Collective agreement expired",
        "consent.routine": "Routine post-production",
        "consent.determined": "Determined by two lawyers",
        "consent.continues": "Consent ended, finished work continues",
    }
)

# --- how the vocabularies read inside a sentence -------------------------------------------------------------------

ACT_PHRASES = _vocabulary(
    capture="capturing",
    create_replica="creating a replica",
    generate="generating new material",
    alter="altering",
    dub="dubbing",
    sign="signing",
    release="release",
    continue_distribution="continued distribution",
    promote="promotion",
    transfer="transfer to another party",
    train="training a model",
    retain="retention",
    destroy="destruction",
)
