"""`manage.py measure INPUT RESULT [--matte FILE] [--json]`: how much of the result differs, by the code intake uses."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from provenance.extent_wording import percent
from provenance.measurement import DIFFERENCE_FIXED, MATTE, Measurement
from provenance.sandbox import Sandbox
from registry.errors import RegistryError

SHOWN = 20
ELEMENTS = ("picture", "voice", "music", "sound", "text")


class Command(BaseCommand):
    help = (
        "Measure how much of a result differs from its input, or lies within a matte: pictures, films, sound, texts. "
        "Changes nothing and keeps nothing. Exit code 0 when it was measured, 1 when it could not be."
    )

    def add_arguments(self, parser):
        parser.add_argument("input", metavar="INPUT", help="the file as it was when the work began")
        parser.add_argument("result", metavar="RESULT", help="the file as it was handed over")
        parser.add_argument("--matte", metavar="FILE", help="measure this matte over RESULT instead; INPUT is not read")
        parser.add_argument("--element", choices=ELEMENTS, help="this element alone; for sound, what the tracks are")
        parser.add_argument("--picture", metavar="PNG", help="also write the picture of the difference to this file")
        parser.add_argument("--json", action="store_true", help="one JSON document; a list where several elements are measured")

    def handle(self, *args, input, result, matte, element, picture, **options):
        sandbox = Sandbox(children=1)
        try:
            found = sandbox.measure(None if matte else input, result, matte=matte, element=element)
            if picture and found.picture:
                Path(picture).write_bytes(found.picture)
        except RegistryError as refused:
            raise CommandError(refused.detail) from refused
        except OSError as missing:
            raise CommandError(f"{missing.filename}: {missing.strerror}") from missing
        finally:
            sandbox.close()
        told = [one.as_dict() for one in found.measurements]
        if options["json"]:
            self.stdout.write(json.dumps(told if len(told) > 1 else told[0], ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(_in_words(one) for one in found.measurements))


def _in_words(one: Measurement) -> str:
    """One sentence on an element, and under it where and what else should be known."""
    name = one.element if one.track is None else f"{one.element}, track {one.track + 1}"
    how = {MATTE: "lies within the matte", DIFFERENCE_FIXED: "differs (noise taken from a fixed floor)"}
    lines = [
        f"{name[0].upper()}{name[1:]}: {percent(one.share)} {how.get(one.method, 'differs')}, "
        f"give or take {float(one.error * 100):.2f} percentage points."
    ]
    if one.time_share is not None and one.area_share is not None:
        lines.append(f"  In {percent(one.time_share)} of its frames; there, {percent(one.area_share)} of the picture.")
    lines += [f"  {_range(range_)}" for range_ in one.ranges[:SHOWN]]
    if len(one.ranges) > SHOWN:
        lines.append(f"  … and {len(one.ranges) - SHOWN:,} more ranges; --json tells all.")
    return "\n".join([*lines, *(f"  {remark}" for remark in one.remarks)])


def _range(told: dict) -> str:
    if "start_word" in told:
        return f"words {told['start_word']:,} to {told['end_word'] - 1:,}"
    seconds = f"{told['start_s']:.3f} to {told['end_s']:.3f} s"
    return f"{seconds} (frames {told['start_frame']:,} to {told['end_frame'] - 1:,})" if "start_frame" in told else seconds
