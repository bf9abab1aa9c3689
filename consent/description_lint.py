"""What a second look at a description of use may want to see: words that leave it open, and what it does not name.

Signs only. Whether a description is reasonably specific is a lawyer's determination; nothing here answers that, and
nothing here stands in the way of a consent (consent.md §1, finding 1).
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

CONTEXT = 40


@dataclass(frozen=True, slots=True)
class Finding:
    """`start` and `end` are where in the text, half-open, in characters; equal where something is missing from it."""

    code: str
    start: int
    end: int
    says: str


# Words that leave open what a description is to say; each with what they leave open.
OPEN_WORDS = (
    ("purposes",
     r"(?:any(?: and all| or all| and every)?|all)(?: lawful)? (?:purposes?|uses?|reasons?)\b(?: whatsoever)?",
     "Names no use: whatever is done would be within these words. Rules ask which uses are intended."),
    ("perpetuity",
     r"in perpetuity|perpetual(?:ly)?|for ?ever(?:more)?\b|for all time|without (?:any )?limit(?:ation)? (?:of|in|as to) time"
     r"|(?:for the )?full (?:term|period) of copyright",
     "Names no end. Some rules limit how long a consent to a replica may run, and a minor’s ends at 18."),
    ("future_media",
     r"(?:whether )?now (?:or hereafter )?known(?: (?:or|and)(?: which may)? (?:hereafter|later|in the future) \w+)?"
     r"|(?:hereafter|yet to be|later) (?:devised|developed|discovered|invented|created|known)"
     r"|(?:any and )?all (?:forms of )?media\b",
     "Names no medium: it reaches to some that are not invented yet. Say in which media the work is to appear."),
    ("universe", r"throughout the (?:universe|world and universe|solar system|galaxy)|universe[- ]wide|the entire universe",
     "Names no territory. If the whole world is meant, say so; carve-outs are entered block by block."),
    ("discretion",
     r"(?:in|at) (?:its|their|his|her|the \w+(?:['’]s)?|\w+['’]s) (?:sole|absolute|sole and absolute|own) discretion"
     r"|as (?:it|they|\w+) (?:sees?|deems?|thinks?) (?:fit|necessary|appropriate)",
     "Leaves it to one side what is done. The other learns from these words only that something may be."),
    ("not_a_list", r"including,? (?:but )?(?:not limited to|without limitation)|without limitation|among (?:other things|others)",
     "What follows is not the whole: other uses would be within these words, too."),
    ("any_manner", r"(?:in )?any (?:and all )?(?:manner|way|form|fashion)(?: whatsoever| or (?:manner|form))?\b|howsoever",
     "Names no way of doing it: a changed line and a new performance would be alike within these words."),
    ("works_to_come",
     r"(?:any|all|and|or)(?: and all)? (?:future|subsequent|derivative|related|ancillary) (?:works?|productions?|projects?)"
     r"|(?:prequels?|sequels?|remakes?|spin-?offs?)(?:[, ]+(?:and|or)?[ /]*(?:prequels?|sequels?|remakes?|spin-?offs?))*",
     "Speaks of works to come without their titles. Under some agreements re-use needs a separate signed consent that names "
     "the work."),
    ("any_technology", r"(?:by |using |with )?(?:any|all) (?:means|technolog(?:y|ies)|processe?s?)\b(?: whatsoever)?",
     "Names no technique. Say what is made: a scan, a voice model, an altered shot."),
)  # fmt: skip
_OPEN = tuple((code, re.compile(rf"\b(?:{words})", re.IGNORECASE), says) for code, words, says in OPEN_WORDS)

_USE = re.compile(
    r"\b(?:de-?ag(?:e|ed|ing)|age?ing|younger|older|apparent age|fac(?:e|ial) (?:replace|swap)\w*|replac\w+ the face|"
    r"(?:digital|stunt|body|photo) doubles?|crowd|reshap\w+|make-?up|voice (?:clon|conver|model|replica)\w*|clon\w+|"
    r"singing|sung|(?:alter|chang|correct)\w* (?:of |the )?(?:dialogue|lines?|words)|dialogue|lip[- ]?sync\w*|dub(?:bed|bing|s)?|"
    r"performance transfer|recreat\w+|restor\w+|likeness|re-?use of|synthetic|real[- ]time|trailers?|cut-?downs?|"
    r"merchandis\w+|pre-?vis\w*|train\w*|digital replicas?|voice-?overs?)\b",
    re.IGNORECASE,
)
_ACT = re.compile(
    r"\b(?:scan|captur|record|creat|mak|made|generat|alter|chang|replac|de-?ag|age|dub|sign|releas|distribut|exhibit|promot|"
    r"advertis|transfer|train|retain|stor|destroy|delet|us(?:e|ed|ing)|clon|recreat|restor|render|animat|insert)\w*\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:scenes?|shots?|sequences?|episodes?|reels?|takes?|levels?|tracks?|songs?|spots?|commercials?|lines?|pages?|"
    r"chapters?|setups?|days?)\b(?: (?:no\.? ?|number |named |called )?[\w“\"'‘]+)?|\bsc\.? ?\d+|\bsh ?\d+",
    re.IGNORECASE,
)
_TITLE = re.compile(r"[“\"‘«„][^”\"’»“]{2,120}[”\"’»“]")

NOTHING_NAMED = (
    ("no_use", _USE, "No use is named: say what is made, such as a de-aged face, a voice in another language, a stunt double."),
    ("no_act", _ACT, "No act is named: say what is done, such as scanning, generating, altering, dubbing, releasing."),
    ("no_scene", _PLACE, "No scene, shot, episode or line is named. Where they are known, name them."),
)  # fmt: skip
NO_PRODUCTION = "No production is named: neither a title on your files nor one in quotation marks."


def look_over(description: str, *, titles: Collection[str] = ()) -> tuple[Finding, ...]:
    """What there is to look at, in the order of the text; what it does not name comes last.

    `titles` are those of the productions on file: a description that has one of them names a production.
    """
    if not description.strip():
        return ()
    return (*sorted(_open_words(description), key=lambda one: (one.start, one.end)), *_not_named(description, titles))


def around(description: str, finding: Finding) -> tuple[str, str, str]:
    """The words found, and a little of what stands before and after them."""
    before = description[max(0, finding.start - CONTEXT) : finding.start]
    return before, description[finding.start : finding.end], description[finding.end : finding.end + CONTEXT]


def _open_words(description: str) -> Iterator[Finding]:
    for code, words, says in _OPEN:
        for found in words.finditer(description):
            yield Finding(code, found.start(), found.end(), says)


def _not_named(description: str, titles: Collection[str]) -> Iterator[Finding]:
    for code, named, says in NOTHING_NAMED:
        if not named.search(description):
            yield Finding(code, 0, 0, says)
    folded = description.casefold()
    if not _TITLE.search(description) and not any(title.strip() and title.casefold() in folded for title in titles):
        yield Finding("no_production", 0, 0, NO_PRODUCTION)
