"""What the registry takes and answers, as types: the names and members of docs/openapi.yaml, which a test compares."""

from __future__ import annotations

from typing import Any, TypedDict


class Token(TypedDict):
    access_token: str
    expires_in: int
    token_type: str
    scope: str


class Unit(TypedDict, total=False):
    code: str
    kind: str
    description: str


class Release(TypedDict):
    territories: list[str]
    media: list[str]
    languages: list[str]


class ProductionBrief(TypedDict, total=False):
    id: str
    title: str
    kind: str


class Production(ProductionBrief, total=False):
    studio: str
    intended_release: Release
    units: list[Unit]
    people: list[dict[str, str]]


class Depiction(TypedDict, total=False):
    """Someone depicted: a `person`, or `unidentified`, or the role `synthetic`; always role, modality and use."""

    id: str
    person: str
    unidentified: bool
    role: str
    modality: str
    use: str
    content_flags: list[str]
    depicted_age: int
    routine_reason: str


class Question(TypedDict, total=False):
    """What is to be done, with whom, and where it is to appear; always a production and depictions."""

    production: str
    act: str
    units: list[str]
    territories: list[str]
    media: list[str]
    languages: list[str]
    as_of: str
    release_on: str
    asset_sha256: str
    depictions: list[Depiction]


class Reason(TypedDict):
    code: str
    severity: str
    depiction: str | None
    modality: str | None
    territories: list[str]
    text: str
    to_clear: str


class Obligation(TypedDict):
    rule: str
    gate: str
    due: str | None
    depiction: str | None
    territories: list[str]
    text: str


class Pack(TypedDict):
    id: str
    version: str
    hash: str
    mode: str


class Clearance(TypedDict):
    """`outcome` is permit, review (needs counsel) or deny."""

    id: str
    outcome: str
    by_territory: dict[str, str]
    reasons: list[Reason]
    obligations: list[Obligation]
    advice: list[Reason]
    missing_facts: list[str]
    to_clear: list[str]
    as_of: str
    decided_at: str
    engine_version: str
    packs: list[Pack]
    territory_set_version: str
    hash: str


class ClearanceBoth(Clearance, total=False):
    """Also of the day in the question's `release_on`, where it says one."""

    on_release: Clearance


class ClearanceBrief(TypedDict):
    id: str
    href: str
    outcome: str
    as_of: str
    reasons: list[Reason]
    obligations: list[Obligation]
    missing_facts: list[str]
    to_clear: list[str]


class ClearanceOfMany(TypedDict):
    """One shot of a list; `outcome` is the worse of now and on release, or failed where it could not be asked."""

    index: int
    name: str
    rows: list[int]
    outcome: str
    now: ClearanceBrief | None
    on_release: ClearanceBrief | None
    problem: dict[str, Any] | None


class ClearancesSummary(TypedDict):
    questions: int
    permit: int
    review: int
    deny: int
    failed: int
    passed_over: int


class Clearances(TypedDict):
    summary: ClearancesSummary
    results: list[ClearanceOfMany]


class Problem(TypedDict):
    code: str
    detail: str
    errors: list[dict[str, Any]]
    decision: str
    to_clear: list[str]


class Step(TypedDict):
    at: str
    event: str
    text: str


class AssetBrief(TypedDict, total=False):
    """`state` is received, held, refused, signing, signed or dead."""

    id: str
    production: str
    title: str
    state: str
    sha256: str
    size: int
    media_type: str
    received_at: str
    changed_at: str


class Asset(AssetBrief, total=False):
    sequence: dict[str, Any] | None
    decision: str
    problem: Problem | None
    history: list[Step]
    extent: dict[str, Any] | None
    links: dict[str, str]


class Evidence(TypedDict, total=False):
    id: str
    operation: str
    kind: str
    sha256: str
    size: int
    media_type: str
    asset: str | None
    output_sha256: str
    received_at: str


class Conclusion(TypedDict, total=False):
    state: str
    text: str
    details: Any


class Report(TypedDict):
    """What was found out about a file: separate conclusions, never one verdict."""

    file: str
    integrity: Conclusion
    signature: Conclusion
    trust: Conclusion
    time_stamp: Conclusion
    registry: Conclusion
    extent: Conclusion
    consent: Conclusion
    ingredients: Conclusion
    codes: dict[str, list[str]]
    engine: dict[str, Any]


class Disclosure(TypedDict, total=False):
    version: int
    schema: str
    credential: str
    page: str
    sha256: str
    signed_by: str
    signed_at: str
    development: bool
    time_stamped: bool
    superseded_by: str | None
    title: str
    media_type: str
    made_by: str
    extent: dict[str, Any]
    authorship: list[Any]
    consent: dict[str, Any]
    cultural_review: list[Any]
    labels: Any
    notice: str
    badge: dict[str, Any]
    withdrawn_on: str | None


class DeclarationChecked(TypedDict):
    """Every fault at once with a pointer to it, what would be assumed, and who might be meant to be depicted."""

    valid: bool
    errors: list[dict[str, str]]
    declaration: dict[str, Any] | None
    assumed: list[dict[str, Any]]
    offered: list[dict[str, Any]]


class Proposal(TypedDict):
    """What a file tells of its making: each value with where it was read and how sure it is; nothing of it is declared."""

    media_type: str
    sha256: str
    confirm: str
    declaration: dict[str, Any]
    suggestions: list[dict[str, Any]]
    missing: list[dict[str, str]]
    private: list[dict[str, str]]
    remarks: list[str]


class Webhook(TypedDict, total=False):
    id: str
    address: str
    events: list[str]
    description: str
    disabled: bool
    why_disabled: str | None
    disabled_at: str | None
    failing_since: str | None
    delivered_at: str | None
    secret_rotated_until: str | None
    created_at: str
    changed_at: str
    links: dict[str, str]


class WebhookDelivery(TypedDict):
    id: str
    webhook: str
    event: str
    type: str
    state: str
    happened_at: str
    changed_at: str
    next_attempt_at: str | None
    attempts: list[dict[str, Any]]


# Which of them stands for which schema of the document.
SCHEMAS: dict[str, type] = {
    "Token": Token, "UnitTold": Unit, "ReleaseTold": Release, "ProductionBrief": ProductionBrief,
    "ProductionTold": Production, "DepictionAskedRequest": Depiction, "QuestionAskedRequest": Question,
    "ReasonTold": Reason, "ObligationTold": Obligation, "PackTold": Pack, "ClearanceTold": Clearance,
    "ProblemTold": Problem, "AssetBrief": AssetBrief, "AssetTold": Asset, "EvidenceTold": Evidence,
    "ConclusionShape": Conclusion, "ReportShape": Report, "DisclosureShape": Disclosure,
    "BothTold": ClearanceBoth, "Brief": ClearanceBrief, "Result": ClearanceOfMany, "Summary": ClearancesSummary,
    "Answered": Clearances, "CheckTold": DeclarationChecked, "ProposalTold": Proposal, "EndpointTold": Webhook,
    "DeliveryTold": WebhookDelivery,
}  # fmt: skip
