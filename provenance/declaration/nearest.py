"""What somebody probably meant who wrote a word that is not known here: the nearest known ones, and how that is told."""

import difflib
import re
from collections.abc import Collection

MOST_LISTED = 40
FEW = 8
LONGEST_SHOWN = 100

# What compositors say, and how a declaration calls it.
SAID_OTHERWISE = {
    "face_swap": ("face_replacement",), "deepfake": ("face_replacement",), "head_replacement": ("face_replacement",),
    "beauty": ("digital_makeup",), "beauty_work": ("digital_makeup",), "retouch": ("digital_makeup", "cleanup"),
    "paint": ("cleanup", "inpaint"), "paint_out": ("cleanup", "inpaint"), "wire_removal": ("cleanup",),
    "rig_removal": ("cleanup",), "generative_fill": ("inpaint",), "outpaint": ("inpaint", "background_generation"),
    "rotoscope": ("roto",), "rotoscoping": ("roto",), "keying": ("roto",), "matchmove": ("tracking",),
    "grade": ("colour_grade",), "color_grade": ("colour_grade",), "color_grading": ("colour_grade",),
    "super_resolution": ("upscale",), "upres": ("upscale",), "restoration": ("archival_restoration",),
    "matte_painting": ("background_generation",), "set_extension": ("background_generation",),
    "younger": ("de_aging",), "older": ("aging_up",), "motion_capture": ("performance_transfer",),
    "lip_sync": ("lip_sync_dub",), "lipsync": ("lip_sync_dub",), "dub": ("lip_sync_dub", "translated_voice_dub"),
    "dubbing": ("lip_sync_dub", "translated_voice_dub"), "adr": ("dialogue_alteration", "voice_conversion"),
    "text_to_speech": ("voice_clone", "dialogue_alteration"), "tts": ("voice_clone", "dialogue_alteration"),
    "txt2img": ("background_generation", "synthetic_character"), "img2img": ("inpaint",), "crowd": ("crowd_replica",),
    "video": ("picture",), "image": ("picture",), "frame": ("picture",), "audio": ("voice", "music", "sound"),
    "speech": ("voice",), "dialogue": ("voice",), "subtitle": ("text",),
    "streaming": ("svod", "avod"), "cinema": ("theatrical",), "tv": ("free_tv", "pay_tv"), "online": ("svod", "avod", "social"),
    "rect": ("rectangle",), "box": ("rectangle",), "px": ("pixel",), "pixels": ("pixel",), "%": ("percent",),
    "source": ("parentOf",), "plate": ("parentOf",), "element": ("componentOf",), "reference": ("inputTo",),
    "ai_generated": ("trainedAlgorithmicMedia",), "generated": ("trainedAlgorithmicMedia",),
    "ai": ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"), "camera": ("digitalCapture",),
    "cgi": ("digitalCreation",),
}  # fmt: skip


def nearest(given: str, known: Collection[str]) -> tuple[str, ...]:
    """At most three of `known` that `given` may stand for, the likeliest first; none where nothing is near."""
    bare = {_bare(term): term for term in known}
    word = _bare(given[:LONGEST_SHOWN])
    if word in bare:
        return (bare[word],)
    otherwise = tuple(term for term in SAID_OTHERWISE.get(_underscored(given), ()) if term in known)
    if otherwise:
        return otherwise
    last = tuple(term for term in known if word and _bare(term.rpartition(".")[2]) == word)
    if last:
        return last[:3]
    return tuple(bare[one] for one in difflib.get_close_matches(word, bare, n=3, cutoff=0.7))


def told(given: str, known: Collection[str], *, listed: str) -> str:
    """A sentence that the term is not known, with what was meant or else what there is; `listed` says where all are."""
    shown = repr(given[:LONGEST_SHOWN])
    near = nearest(given, known)
    if near:
        all_of_them = f"Known are {', '.join(known)}." if len(known) <= FEW else f"All {len(known)} are listed in {listed}."
        more = "" if len(known) == len(near) else f" {all_of_them}"
        return f"{shown} is not a known term: did you mean {' or '.join(near)}?{more}"
    if len(known) <= MOST_LISTED:
        return f"{shown} is not a known term. Known are {', '.join(known)}."
    return f"{shown} is not a known term. The {len(known)} that are known are listed in {listed}."


def meant(given: str, known: Collection[str]) -> str:
    """What to add to a sentence about a name that nothing goes by: the one meant, or those that there are."""
    if not known:
        return " None are declared."
    near = nearest(given, known)
    if near:
        return f" Did you mean {near[0]!r}?"
    some = sorted(known)[:8]
    return f" Declared are {', '.join(some)}{' and more' if len(known) > len(some) else ''}."


def _underscored(term: str) -> str:
    return re.sub(r"[\s_-]+", "_", term.strip().lower())


def _bare(term: str) -> str:
    return re.sub(r"[\s_.-]+", "", term.lower())
