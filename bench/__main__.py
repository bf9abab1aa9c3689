"""`make bench`: what the whole way costs beside the bare library, on this machine and in one run.

`python -m bench [signing|verification|lookup|disclosures|memory|resume|lists|decision|desk|extent|hour|union|likeness|binding|
sequence|webhooks|status_list|hostile …] [--quick]`; without names, all but `hour`, which takes one and more. Each question
runs in a process of its own, on a house of its own in a temporary folder; the first seven from one registry made first. Ratios
of one run count, absolute times are the machine's.
"""

import argparse
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

QUESTIONS = (
    "signing", "verification", "lookup", "disclosures", "memory", "resume", "lists", "decision", "desk", "extent", "union",
    "likeness", "binding", "sequence", "webhooks", "status_list", "hostile",
)  # fmt: skip
# Asked by their name only.
LONG = ("hour",)
# They make their own, or need none.
WITHOUT_REGISTRY = {
    "decision", "desk", "extent", "hour", "union", "likeness", "binding", "sequence", "webhooks", "status_list", "hostile",
}  # fmt: skip
WITHIN = "COUNTERSIGN_BENCH"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description="What the whole way costs beside the bare library.")
    parser.add_argument("questions", nargs="*", metavar="|".join((*QUESTIONS, *LONG)), help="which to ask")
    parser.add_argument("--quick", action="store_true", help="small counts: whether it runs, not how fast")
    asked = parser.parse_args()
    if WITHIN in os.environ:
        return answer(asked.questions[0], quick=asked.quick)
    if unknown := set(asked.questions) - set(QUESTIONS) - set(LONG):
        parser.error(f"there is no question {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder:
        questions = asked.questions or QUESTIONS
        if set(questions) - WITHOUT_REGISTRY and (code := _apart("make", folder, quick=asked.quick)):
            return code
        answers = [_apart(question, folder, quick=asked.quick) for question in questions]
    return max(answers)


def _apart(question: str, folder: str, *, quick: bool) -> int:
    # The settings are read once in a process, so each question names its own folder before they are.
    data, made = Path(folder) / question, Path(folder) / "made"
    if made.exists():
        # The same keys, or what was signed there would not be trusted here.
        shutil.copytree(made / "keys", data / "keys")
    own = os.environ | {WITHIN: folder, "DATA_DIR": str(data if made.exists() else made), "COUNTERSIGN_ENV": "embedded"}
    command = [sys.executable, "-m", "bench", question, *(["--quick"] if quick else [])]
    return subprocess.run(command, env=own, cwd=Path(__file__).resolve().parent.parent).returncode


def answer(question: str, *, quick: bool) -> int:
    """One question, in this process; or the registry that all of them are asked of."""
    from registry import environment

    environment.name_settings()
    import django

    django.setup()
    # The tables are what is read here; the houses keep their logs.
    logging.disable(logging.WARNING)
    if question == "make":
        world = import_module("bench.world")
        world.make(world.sizes(quick=quick))
    else:
        import_module(f"bench.{question}").run(quick=quick)
    return 0


if __name__ == "__main__":
    sys.exit(main())
