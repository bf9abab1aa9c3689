"""Check an evidence pack: that no file was changed, and that what happened follows entry by entry.

Run it beside the unpacked files: `python3 check_pack.py`. It needs Python 3.9 or later and nothing else, reads only, and
asks nobody.
"""

import hashlib
import json
import sys
from pathlib import Path

GENESIS = "0" * 64
LIST, JOURNAL, CREDENTIALS = "hashes.txt", "journal.jsonl", "credentials.json"


def changed_files(folder):
    """Each file that is missing, or not the one that was packed, or was not packed at all."""
    listed = {}
    for line in (folder / LIST).read_text("utf-8").splitlines():
        sha256, _, name = line.partition("  ")
        listed[name] = sha256
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing"
        elif _sha256(path) != sha256:
            yield f"{name} is not the file that was packed"
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    yield from (f"{name} was not in the pack" for name in sorted(there - set(listed) - {LIST}))


def broken_links(folder):
    """Each entry of the journal that does not follow from the one before it; then each credential that names a head
    which no entry of the consent's chain has."""
    last, hashes = {}, {}
    with (folder / JOURNAL).open(encoding="utf-8") as lines:
        for entry in map(json.loads, lines):
            chain = entry["chain"]
            number, before = last.get(chain, (0, GENESIS))
            derived = hashlib.sha256((entry["previous_hash"] + entry["body"]).encode()).hexdigest()
            told = json.loads(entry["body"])
            fits = (entry["sequence"], entry["previous_hash"], entry["hash"]) == (number + 1, before, derived)
            if not fits or (told["chain"], told["sequence"]) != (chain, entry["sequence"]):
                yield f"{chain}: entry {entry['sequence']} does not follow from the one before it"
            last[chain] = entry["sequence"], entry["hash"]
            hashes.setdefault(chain, set()).add(entry["hash"])
    for one in json.loads((folder / CREDENTIALS).read_text("utf-8")):
        for grant, head in one["grant_heads"].items():
            if grant in hashes and head not in hashes[grant]:
                yield f"{one['credential']}: no entry about {grant} has the hash it was signed with"


def _sha256(path):
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for part in iter(lambda: file.read(1024 * 1024), b""):
            digest.update(part)
    return digest.hexdigest()


def main(folder):
    faults = [*changed_files(folder)]
    if not faults:
        faults = [*broken_links(folder)]
    for fault in faults:
        print(fault)
    print("The pack is NOT as it was made." if faults else "Every file is as it was packed, and every entry follows.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent))
