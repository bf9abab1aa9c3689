"""The library alone, keeping the same promise: hash, sign file to file, read back with a fresh Reader; or read only.

`python -m bench.bare JOB`: says `ready` when warm, begins at a line on its input, and tells its seconds as JSON.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import c2pa

from provenance import credentials

Job = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent


def measured(jobs: Sequence[Job], folder: Path) -> tuple[float, float]:
    """Wall seconds from the start of all jobs to the end of the last, and processor seconds of all together."""
    wall, answers = told(jobs, folder)
    return wall, sum(one["cpu"] for one in answers)


def told(jobs: Sequence[Job], folder: Path) -> tuple[float, list[dict[str, Any]]]:
    """Wall seconds, and what each job says of itself: `cpu`, and `walls` for each file, in seconds."""
    processes = [_started(job, folder / f"bare-{number}.json") for number, job in enumerate(jobs)]
    for process in processes:
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError("the bare loop could not do what is to be compared; it said why above")
    began = time.perf_counter()
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [json.loads(process.stdout.readline()) for process in processes]
    wall = time.perf_counter() - began
    for process in processes:
        process.stdin.close()
        process.wait()
    return wall, answers


def _started(job: Job, path: Path) -> subprocess.Popen:
    path.write_text(json.dumps(job))
    command = [sys.executable, "-m", "bench.bare", str(path)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def shared(job: Job, paths: Sequence[Path], *, processes: int) -> list[Job]:
    """The same job for several processes, each with its share of the files."""
    return [job | {"files": [str(path) for path in paths[number::processes]]} for number in range(processes)]


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text())
    deed = {"sign": _sign, "read": _read}[job["do"]]
    settings = credentials._settings([tuple(anchor) for anchor in job["anchors"]], verify=True)
    deed(job["warm_up"], job, settings)
    print("ready", flush=True)
    sys.stdin.readline()
    used, walls = time.process_time(), []
    for path in job["files"]:
        began = time.perf_counter()
        deed(path, job, settings)
        walls.append(time.perf_counter() - began)
    print(json.dumps({"walls": walls, "cpu": time.process_time() - used}), flush=True)
    sys.stdin.read()


def _sign(path: str, job: Job, settings: dict[str, Any]) -> None:
    with open(path, "rb") as file:
        hashlib.file_digest(file, "sha256").hexdigest()
    result = f"{path}.signed-{os.getpid()}"
    info = c2pa.C2paSignerInfo(b"es256", job["chain"].encode(), job["key"].encode(), None)
    context = c2pa.Context.from_dict(settings, signer=c2pa.Signer.from_info(info))
    with context, c2pa.Builder(job["manifest"], context=context) as builder:
        builder.set_intent(credentials.INTENTS[job["intent"]])
        with open(path, "rb") as source, open(result, "w+b") as destination:
            builder.sign(job["media_type"], source, destination)
    _read(result, job, settings)
    Path(result).unlink()


def _read(path: str, job: Job, settings: dict[str, Any]) -> None:
    with open(path, "rb") as file, c2pa.Context.from_dict(settings) as context:
        with c2pa.Reader(job["media_type"], file, context=context) as reader:
            state = json.loads(reader.json())["validation_state"]
    if state != "Trusted":
        raise SystemExit(f"{path} reads {state}")


if __name__ == "__main__":
    main()
