"""What performers said at their own doors, and what the desk answers."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from consent.models import PerformerWord
from consent.performer import words
from registry import permissions
from registry.admin.acts import ActForm, act_page, sent
from registry.admin.lists import OwnRows
from registry.desk.site import page


class AnswerForm(ActForm):
    """What is answered is kept, and needs no reason beside it."""

    reason = None

    text = forms.CharField(
        label="Your answer", max_length=words.LONGEST, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="It stands in the performer’s letter, under the name of the studio.",
    )  # fmt: skip


@admin.register(PerformerWord)
class Words(OwnRows):
    reads = permissions.ENTERS
    enters = ()
    belongs_to = "link__authority__person__studio"
    rows_are = ("word of a performer", "words of performers")
    heading = "What performers said"
    about = "What was agreed to, declined, asked and ended at the performers’ own doors."
    none_yet = "Nobody has said anything yet."
    list_display = ("what", "person", "consent", "when", "answered")
    list_filter = ("kind",)
    list_select_related = ("link__authority__person", "grant", "answer")
    search_fields = ("link__authority__person__alias__icontains", "grant__number__icontains")
    search_help_text = "Any part of an alias, or a file number."
    ordering = ("-id",)

    @admin.display(description="What", ordering="kind")
    def what(self, word: PerformerWord) -> str:
        return word.get_kind_display()

    @admin.display(description="Who")
    def person(self, word: PerformerWord) -> str:
        return str(word.link)

    @admin.display(description="Consent file", ordering="grant__number")
    def consent(self, word: PerformerWord) -> str:
        return word.grant.number if word.grant else "–"

    @admin.display(description="When (UTC)", ordering="recorded_at")
    def when(self, word: PerformerWord) -> str:
        return f"{word.recorded_at:%-d %B %Y, %H:%M}"

    @admin.display(description="Answered")
    def answered(self, word: PerformerWord) -> str:
        return "yes" if hasattr(word, "answer") else "no"

    def pages(self) -> list:
        return [self.at("<str:key>/answer/", self.answer, "answer")]

    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        word = self.found(request, key)
        answer = getattr(word, "answer", None)
        acts = [] if answer else [("Answer", self.address(word, "answer"))]
        if word.kind == words.Kind.ENDS and words.wish_of(word.grant) == word:
            acts = [("Record the ending", reverse("ending", args=[word.grant.public_id])), *acts]
        pairs = [
            ("Who", word.link), ("When", f"{word.recorded_at:%-d %B %Y, %H:%M:%S} UTC"), ("Consent file", self.consent(word)),
            ("What was written", word.text), ("Answer", answer.text if answer else ""),
            ("Answered by", f"{answer.by.display_name}, {answer.recorded_at:%-d %B %Y, %H:%M} UTC" if answer else ""),
        ]  # fmt: skip
        title = f"{word.get_kind_display()}: {word.grant or word.link.person}"
        return page(
            request, "desk/row.html", title=title, pairs=pairs, acts=acts,
            about="On hold at once: nothing is signed on this consent." if word.lock_id else "", back=self.list_address,
            back_words="What performers said",
        )  # fmt: skip

    def answer(self, request: HttpRequest, key: str) -> HttpResponse:
        word = self.found(request, key)
        form = AnswerForm(sent(request))
        return act_page(
            request, form,
            lambda: words.answer(word, text=form.cleaned_data["text"], by=request.user, at=timezone.now()),
            done="Answered. It stands in the performer’s letter.", to=lambda answer: self.address(word),
            title=f"Answer {word.link.person}", about=word.text or word.get_kind_display(), back=self.address(word),
            button="Answer",
        )  # fmt: skip
