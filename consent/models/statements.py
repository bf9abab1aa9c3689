"""Dated statements by someone about something: endings, locks, approvals, determinations, and every other record.

One shape for many names (docs/adr/0007): who stated what, about what, with which evidence, from when until when.
"""

from django.db import models

from registry.append_only import AppendOnly
from registry.identifiers import new_id


def ending_id():
    return new_id("end")


def statement_id():
    return new_id("sta")


class Ending(AppendOnly):
    """A consent has ended: by whom, received when, effective when, and with what effect (consent.md §6.5)."""

    class Kind(models.TextChoices):
        WITHDRAWN = "withdrawn", "Withdrawn by the performer"
        REVOKED = "revoked", "Revoked by another party"
        TERMINATED = "terminated", "Terminated under the agreement"
        ANNULLED = "annulled", "Never valid"

    class Mode(models.TextChoices):
        PROSPECTIVE = "prospective_new_use", "No new use; finished work continues"
        NO_NEW_RELEASE = "no_new_release", "Nothing unreleased is released; released work stays"
        RUN_OFF = "run_off", "Allowed until a date"
        CEASE_ALL = "cease_all", "All use stops"
        ANNUL = "annul", "Never valid – everything goes to review"

    public_id = models.CharField(max_length=40, unique=True, default=ending_id, editable=False)
    grant = models.ForeignKey("consent.Grant", on_delete=models.PROTECT, related_name="endings")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    mode = models.CharField(max_length=30, choices=Mode.choices, default=Mode.PROSPECTIVE)
    received_at = models.DateTimeField()
    effective_at = models.DateTimeField()
    run_off_to = models.DateField(null=True, blank=True)
    entered_by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(
        "registry.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="The second lawyer, without whom no ending reaches back before its notice",
    )  # fmt: skip
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="a_run_off_has_a_date", condition=~models.Q(mode="run_off") | models.Q(run_off_to__isnull=False)
            ),
            models.CheckConstraint(
                name="an_ending_is_backdated_by_two",
                condition=models.Q(effective_at__gte=models.F("received_at")) | models.Q(confirmed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="an_ending_is_confirmed_by_another",
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("entered_by")),
            ),
        ]


class Statement(AppendOnly):
    """A lock, its lifting, an approval of an exact file, a lawyer's determination, or a record on one of the forms.

    One that refers to another confirms it, takes its place or lifts it (consent/holding.py); only one may do so."""

    class Kind(models.TextChoices):
        LOCK = "lock", "Lock"
        LIFT = "lift", "Lifting of a lock"
        APPROVAL = "approval", "Approval of an exact file"
        DETERMINATION = "determination", "Determination"
        RECORD = "record", "Record"

    public_id = models.CharField(max_length=40, unique=True, default=statement_id, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    studio = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=80, help_text="A public id, the SHA-256 of a file, or global")
    question = models.CharField(max_length=60, blank=True)
    answer = models.CharField(max_length=60, blank=True)
    form = models.CharField(max_length=60, blank=True, help_text="A code of the form catalogue, consent/forms/")
    details = models.JSONField(default=dict, blank=True, help_text="What was entered on the form: field → value")
    sealed = models.BinaryField(default=b"", editable=False, help_text="Its private fields, under the person's own key")
    acts = models.JSONField(default=list, blank=True)
    by = models.ManyToManyField("registry.User", related_name="+")
    refers_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.ForeignKey("consent.Evidence", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    effective_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["subject", "kind"]),
            # Orders are asked for wherever how consent stands today is shown, and there are few.
            models.Index(fields=["form", "studio"], condition=models.Q(kind="lock"), name="locks_by_form"),
        ]
        constraints = [models.UniqueConstraint(fields=["refers_to"], name="one_statement_takes_the_place")]
