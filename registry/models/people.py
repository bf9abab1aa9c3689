"""The people whose likeness or voice is used, and who may speak for them."""

from datetime import date

from django.db import models

from registry.append_only import AppendOnly
from registry.identifiers import new_id
from registry.private import PrivateDateField, PrivateTextField, WrappedKeyField, name_digests


def person_id():
    return new_id("per")


def authority_id():
    return new_id("aut")


class PersonQuerySet(models.QuerySet):
    def for_studio(self, studio):
        return self.filter(studio=studio)

    def named(self, text):
        """Alias by any part, in the clear; legal name only whole, by its keyed hash."""
        return self.filter(models.Q(alias__icontains=text) | models.Q(legal_name_digest__in=name_digests(text)))


class Person(models.Model):
    """Somebody depicted. The legal name and the birth date are encrypted under the person's own key."""

    class Kind(models.TextChoices):
        LIVING = "living", "Living"
        DECEASED = "deceased", "Deceased"
        FICTIONAL_HISTORICAL = "fictional_historical", "Fictional or historical"

    public_id = models.CharField(max_length=40, unique=True, default=person_id, editable=False)
    studio = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="people")
    kind = models.CharField(max_length=30, choices=Kind.choices, default=Kind.LIVING)
    alias = models.CharField(
        max_length=200, help_text="The name vendors see. Not the legal name unless the person uses it."
    )
    data_key = WrappedKeyField(
        editable=False, help_text="This person's key, itself encrypted. Destroying it erases."
    )
    legal_name = PrivateTextField(blank=True)
    legal_name_digest = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    birth_date = PrivateDateField(null=True, blank=True)
    death_date = models.DateField(null=True, blank=True)
    never_public = models.BooleanField(default=False, help_text="Never named on a public page. Forced for minors.")
    isni = models.CharField(max_length=16, blank=True)
    hand = models.CharField(max_length=60, blank=True, help_text="HAND person identifier")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering = ["alias"]
        verbose_name_plural = "people"

    def __str__(self):
        return self.alias

    def age_on(self, day: date) -> int | None:
        born = self.birth_date
        if born is None:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class Authority(AppendOnly):
    """Who may speak for a person, on what basis, from when to when (half-open)."""

    class Kind(models.TextChoices):
        SELF = "self", "The person"
        GUARDIAN = "guardian", "Parent or guardian"
        AGENT = "agent", "Agent"
        ATTORNEY_IN_FACT = "attorney_in_fact", "Attorney in fact"
        EXECUTOR = "executor", "Executor"
        HEIR = "heir", "Heir"
        TRUSTEE = "trustee", "Trustee"
        ASSIGNEE = "assignee", "Assignee"
        UNION = "union", "Union"
        COURT = "court", "Court"

    public_id = models.CharField(max_length=40, unique=True, default=authority_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="authorities")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    party = models.CharField(max_length=200, blank=True, help_text="Who: a name, or empty for the person")
    basis = models.CharField(max_length=300, blank=True, help_text="The document it rests on")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    share_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    recorded_by = models.ForeignKey("registry.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    verified_by = models.ForeignKey("registry.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by",
        help_text="The unverified record whose place this one takes",
    )  # fmt: skip
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "authorities"
        constraints = [
            models.CheckConstraint(
                name="authority_is_verified_by_another",
                condition=models.Q(recorded_by__isnull=True)
                | models.Q(verified_by__isnull=True)
                | ~models.Q(verified_by=models.F("recorded_by")),
            ),
            models.CheckConstraint(
                name="share_is_a_percentage",
                condition=models.Q(share_percent__isnull=True) | models.Q(share_percent__gt=0, share_percent__lte=100),
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} of {self.person}"
