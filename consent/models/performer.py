"""A performer's own door: the link they are sent, what they are offered, what they say, and what the desk answers."""

from django.db import models

from registry.append_only import AppendOnly
from registry.identifiers import new_id
from registry.private import PrivateTextField


def link_id():
    return new_id("lnk")


def word_id():
    return new_id("wrd")


def passkey_id():
    return new_id("psk")


class PerformerLink(models.Model):
    """A way in for one person, at one studio, in one capacity. Link and code are kept as hashes only."""

    MOST_WRONG_CODES = 5

    public_id = models.CharField(max_length=40, unique=True, default=link_id, editable=False)
    authority = models.ForeignKey("registry.Authority", on_delete=models.PROTECT, related_name="links")
    secret_hash = models.CharField(max_length=64, unique=True)
    code_hash = models.CharField(max_length=64, help_text="Keyed: six digits alone would be found by trying")
    language = models.CharField(max_length=10, default="en")
    made_by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_codes = models.PositiveSmallIntegerField(default=0, help_text="In a row")
    locked_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "performer's link"

    @property
    def person(self):
        return self.authority.person

    @property
    def studio(self):
        return self.authority.person.studio

    def __str__(self):
        return f"{self.person} · {self.authority.get_kind_display()}"


class LetterPasskey(models.Model):
    """A device that opens a letter again by its owner's finger, face or PIN (W3C WebAuthn); only its public key is kept."""

    RESTS_DAYS = 400

    public_id = models.CharField(max_length=40, unique=True, default=passkey_id, editable=False)
    link = models.ForeignKey(PerformerLink, on_delete=models.PROTECT, related_name="passkeys")
    credential_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the credential id, in hex")
    credential = models.BinaryField(help_text="Attested credential data: AAGUID, credential id, public key (COSE)")
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(help_text=f"After {RESTS_DAYS} days unused it opens no more")

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"Passkey of {self.link}"


class RevisionOffer(AppendOnly):
    """A revision that nobody has signed yet is put before whoever may sign it, to be agreed to or declined."""

    revision = models.OneToOneField("consent.GrantRevision", on_delete=models.PROTECT, related_name="offer")
    offered_by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class PerformerWord(AppendOnly):
    """Something said at the door. Its text is encrypted under the person's own key."""

    class Kind(models.TextChoices):
        AGREED = "agreed", "Agreed"
        DECLINED = "declined", "Declined"
        ASKED = "asked", "Asked"
        ENDS = "ends", "Wants to end"
        STAYS = "stays", "Takes the ending back"

    public_id = models.CharField(max_length=40, unique=True, default=word_id, editable=False)
    link = models.ForeignKey(PerformerLink, on_delete=models.PROTECT, related_name="words")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    grant = models.ForeignKey("consent.Grant", null=True, on_delete=models.PROTECT, related_name="words")
    offer = models.OneToOneField(RevisionOffer, null=True, on_delete=models.PROTECT, related_name="reply")
    lock = models.ForeignKey("consent.Statement", null=True, on_delete=models.PROTECT, related_name="+")
    text = PrivateTextField(blank=True)
    once = models.CharField(max_length=40, help_text="Of the form it came by: a form that is sent twice counts once")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["link", "once"], name="one_word_per_form"),
            models.CheckConstraint(
                name="a_reply_answers_an_offer",
                condition=models.Q(kind__in=("agreed", "declined"), offer__isnull=False)
                | ~models.Q(kind__in=("agreed", "declined")) & models.Q(offer__isnull=True),
            ),
            models.CheckConstraint(
                name="who_wants_to_end_holds_at_once",
                condition=~models.Q(kind="ends") | models.Q(lock__isnull=False, grant__isnull=False),
            ),
        ]

    @property
    def data_key(self):
        return self.link.person.data_key

    def __str__(self):
        return f"{self.get_kind_display()} · {self.link}"


class DeskAnswer(AppendOnly):
    """What the desk answers to a word; it stands in the performer's letter, under the person's own key as well."""

    word = models.OneToOneField(PerformerWord, on_delete=models.PROTECT, related_name="answer")
    text = PrivateTextField(blank=True)
    by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    @property
    def data_key(self):
        return self.word.data_key
