"""What anybody reports of a misuse of a likeness: the notice, its answer, what was told by mail, and bytes kept out since."""

from django.db import models

from registry.append_only import AppendOnly
from registry.identifiers import new_id
from registry.private import PrivateTextField, WrappedKeyField


def concern_id():
    return new_id("cnc")


class Concern(AppendOnly):
    """A notice about a released file, with what the law asks of one. Who sent it lies under a key of its own."""

    class Kind(models.TextChoices):
        INTIMATE = "intimate", "Intimate depiction without consent"
        LIKENESS = "likeness", "Face or voice used without consent"
        MISLEADING = "misleading", "Misleading use"
        OTHER = "other", "Something else"

    class Speaks(models.TextChoices):
        SELF = "self", "The person depicted"
        GUARDIAN = "guardian", "Parent or guardian"
        AUTHORISED = "authorised", "Authorised by the person"
        ESTATE = "estate", "Estate or heir"
        ANYONE = "anyone", "Somebody else"

    public_id = models.CharField(max_length=40, unique=True, default=concern_id, editable=False)
    credential = models.ForeignKey("provenance.Credential", on_delete=models.PROTECT, related_name="concerns")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    speaks_as = models.CharField(max_length=20, choices=Speaks.choices)
    data_key = WrappedKeyField(editable=False, help_text="The key of this notice's private fields, wrapped")
    name = PrivateTextField(help_text="The signature: the name, as typed")
    contact = PrivateTextField(help_text="An e-mail address")
    where = PrivateTextField(blank=True, help_text="Where it was seen")
    statement = PrivateTextField(help_text="Who is shown, and what is wrong")
    contact_digest = models.CharField(max_length=64, db_index=True, help_text="Keyed, to know the same sender again")
    key_digest = models.CharField(max_length=64, help_text="Of what opens its page")
    language = models.CharField(max_length=10, default="en")
    due_at = models.DateTimeField(help_text="Forty-eight hours after it was received")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["due_at", "id"]


class ConcernAnswer(AppendOnly):
    """What the producer's legal staff found, and what they told whoever had sent the notice."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "Upheld: no longer shown, and its bytes are kept out"
        NOT_UPHELD = "not_upheld", "Not upheld"
        UNFOUNDED = "unfounded", "Sent to harass, or without any ground"

    concern = models.OneToOneField(Concern, on_delete=models.PROTECT, related_name="answer")
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    told = models.TextField(help_text="As it was told")
    by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()


class ConcernMail(AppendOnly):
    """That a mail about a concern left this house."""

    class About(models.TextChoices):
        RECEIVED = "received", "That it was received"
        ANSWERED = "answered", "What the answer is"

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="mails")
    about = models.CharField(max_length=20, choices=About.choices)
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["concern", "about"], name="one_mail_about_each")]


class KeptOut(AppendOnly):
    """Bytes that are neither taken in again nor shown, since a concern about them was upheld."""

    sha256 = models.CharField(max_length=64, db_index=True)
    answer = models.ForeignKey(ConcernAnswer, on_delete=models.PROTECT, related_name="kept_out")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sha256", "answer"], name="each_hash_once_for_an_answer")]
