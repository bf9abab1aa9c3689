"""The letter and the window in Spanish: nothing of them is left in English; what is committed is what was translated."""

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone, translation

from consent import in_words, territories, vocabulary
from consent.performer import agreement
from consent.public.acts import ACTS
from provenance.techniques import ELEMENTS, TECHNIQUES
from tests import cast as world
from tests import letters
from tests.desk import at_the_desk

HOUSE = Path(__file__).resolve().parents[2]
FOLDER = HOUSE / "registry/locale/es/LC_MESSAGES"
SOURCES = [
    "consent/in_words.py", "provenance/performer_uses.py", "registry/templates/base.html", "registry/templates/problem.html",
    *(str(path.relative_to(HOUSE)) for path in [
        *(HOUSE / "consent/performer").glob("*.py"), *(HOUSE / "consent/public").glob("*.py"),
        *(HOUSE / "consent/templates/consent/letter").glob("*.html"), HOUSE / "provenance/templates/provenance/letter.html",
    ]),
    # What anybody reads of a file or a title.
    *(f"provenance/{name}.py" for name in (
        "said", "extent_wording", "soundness", "statements", "report", "disclosure", "labels", "tally", "titles",
        "testimony", "signals", "public/figures", "public/story", "public/explained", "public/witnesses",
        "public/kept_checks", "public/concerns", "concerns", "badge", "monthly", "public/transparency", "public/pages", "copies",
    )),
    *(f"provenance/templates/provenance/{name}.html" for name in (
        "front", "verify", "check_form", "browser_words", "report", "used_assets", "title", "how_to_read", "kept_check",
        "concern", "concern_form", "share", "transparency",
    )),
]  # fmt: skip
CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "said", "counted"}
IN_TEMPLATE = re.compile(
    r"""{%\s*translate\s+(?:"([^"]+)"|'([^']+)')|_\("([^"]+)"\)|{%\s*blocktranslate[^%]*%}(.+?){%\s*endblock"""
)
LABELS = (
    *vocabulary.USES.values(), *vocabulary.MODALITIES.values(), *vocabulary.ACT_PHRASES.values(), *vocabulary.MEDIA.values(),
    *vocabulary.CONTENT_FLAGS.values(), *vocabulary.AUTHORITY_KINDS.values(), *territories.TERRITORIES.values(), *ELEMENTS,
    *(technique.label for technique in TECHNIQUES.values()),
)  # fmt: skip


@pytest.fixture(scope="module")
def catalogue():
    with (FOLDER / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def spoken(source):
    """The English words that a source has translated."""
    written = (HOUSE / source).read_text()
    if source.endswith(".html"):
        for found in IN_TEMPLATE.findall(written):
            words = re.sub(r"{{ (\w+) }}", r"%(\1)s", next(one for one in found if one))
            yield words.partition("{% plural %}")[0]
        return
    for node in ast.walk(ast.parse(written)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS and node.args:
            if isinstance(node.args[0], ast.Constant):
                yield node.args[0].value


@pytest.mark.parametrize("source", SOURCES)
def test_every_sentence_of_the_door_is_translated(catalogue, source):
    known = {key[0] if isinstance(key, tuple) else key for key in catalogue._catalog}
    assert [words for words in spoken(source) if words not in known] == []


def test_every_label_that_may_stand_in_a_letter_is_translated(catalogue):
    assert [label for label in LABELS if label not in catalogue._catalog] == []


def test_translations_keep_the_places_to_be_filled(catalogue):
    places = re.compile(r"\{\w+\}|%\(\w+\)s")
    for key, words in catalogue._catalog.items():
        english = key[0] if isinstance(key, tuple) else key
        if english and not isinstance(key, tuple):
            assert sorted(places.findall(english)) == sorted(places.findall(words)), english


def test_what_is_compiled_is_what_is_written(catalogue):
    """Every `msgid "…"` with its `msgstr "…"` stands in the compiled file; each of ours stands on one line."""
    written = (FOLDER / "django.po").read_text()
    pairs = re.findall(r'^msgid ("(?:[^"\\]|\\.)+")\nmsgstr ("(?:[^"\\]|\\.)+")$', written, re.M)
    pairs = {ast.literal_eval(english): ast.literal_eval(spanish) for english, spanish in pairs}
    compiled = {key: value for key, value in catalogue._catalog.items() if key and isinstance(key, str)}
    assert pairs == compiled and len(pairs) > 400


@pytest.mark.django_db
def test_the_whole_letter_speaks_spanish(cast):
    grant = world.verified(cast, at=timezone.now())
    letters.offered(cast, grant)
    letter = letters.made(cast, language="es")
    browser = Client()
    assert "Escriba el código y se abrirá su carta" in browser.get(letter.opening).content.decode()
    letter.opened(browser)
    page = browser.get(letter.home).content.decode()
    assert '<html lang="es">' in page
    assert "Usted permite rejuvenecimiento (rostro) en todo el mundo" in page and "Desde el 3 de mayo de 2026" in page
    for act in ACTS:
        shown = browser.get(letter.about(grant, act.name))
        words = (page + shown.content.decode()).replace("Countersign", "")
        for english in ("Agree", "Decline", "Back to", "Your code", "You allow", "Leave it", "The studio", "In force"):
            assert english not in words, (act.name, english)
    refused = browser.post(letter.about(grant, "end"), {"once": "x" * 20, "code": letter.wrong}).content.decode()
    assert "Ese no es el código. Puede intentarlo 4 veces más" in refused
    assert "Este enlace no abre ninguna carta" in Client(headers={"accept-language": "es"}).get("/letter/x/").content.decode()


@pytest.mark.django_db
def test_the_language_is_chosen_in_the_letter_and_stays(cast):
    letter = letters.made(cast)
    browser = letter.opened()
    assert "what you have allowed" in browser.get(letter.home).content.decode()
    answer = browser.post("/letter/language", {"language": "es", "next": letter.home})
    assert answer.status_code == 302 and answer.url == letter.home
    assert "lo que usted ha permitido" in browser.get(letter.home).content.decode()
    assert browser.post("/letter/language", {"language": "es", "next": "https://evil.example/"}).url == "/"


@pytest.mark.django_db
def test_what_is_agreed_to_in_spanish_is_kept_in_spanish(cast):
    grant = world.verified(cast, at=timezone.now())
    put = letters.offered(cast, grant)
    letter = letters.made(cast, language="es")
    browser = letter.opened()
    page = browser.get(letter.about(grant, "agree"))
    browser.post(letter.about(grant, "agree"), letters.filled(page, code=letter.code))
    with translation.override("es"):
        text = agreement.words(put.revision, letter.link)
    assert put.revision.evidence.get().sha256 == text.sha256 and "Permito rejuvenecimiento" in text.content.decode()


@pytest.mark.django_db
def test_other_pages_stay_whole_in_english(cast):
    spanish = {"accept-language": "es"}
    for address in ("/problems/consent.no_grant", "/nothing-here", "/accounts/login/"):
        page = Client(headers=spanish).get(address).content.decode()
        assert '<html lang="en">' in page and "Comprobar" not in page and "Contraseña" not in page
    desk = at_the_desk(cast.ines).get("/admin/consent/grant/", headers=spanish).content.decode()
    assert "Buscar" not in desk and "Consent files" in desk


@pytest.mark.django_db
def test_the_desk_reads_a_consent_in_english_while_a_letter_is_read_in_spanish(cast):
    line = world.verified(cast, at=timezone.now()).revisions.get().lines.get()
    with translation.override("es"):
        assert in_words.line_in_words(line).startswith("Concede rejuvenecimiento (rostro) en todo el mundo, para todo acto")
    assert in_words.line_in_words(line).startswith("Grants de-aging (face) in the whole world, for every act but")
