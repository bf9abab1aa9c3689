"""DaVinci Resolve: deliver what the render queue made, each job with the declaration beside its project's preset.

Resolve runs this from Workspace › Scripts (put it into Fusion/Scripts/Deliver), or at the end of a job as its trigger
script; this package is installed into the Python that Resolve uses. It reads `countersign.json`, which lies in the folder
that was rendered to, as the declaration of all of them: it may say {file} and {stem}.
Without Resolve, `python resolve_after_render.py FILE…` delivers files in the same way.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from countersign import Client, CountersignError
from countersign.declarations import Wanted, planned

DECLARATION = "countersign.json"


def rendered(project: Any) -> list[Path]:
    """The files of all jobs of a project that are complete."""
    jobs = [job for job in project.GetRenderJobList() if project.GetRenderJobStatus(job["JobId"]).get("JobStatus") == "Complete"]
    return [Path(job["TargetDir"]) / job["OutputFilename"] for job in jobs]


def deliver(files: Iterable[Path]) -> int:
    """Deliver each with the declaration in its folder, and print one line for each; gives the exit code of the gravest."""
    code = 0
    with Client.signed_in(patience=600) as registry:
        for file in files:
            try:
                for one in planned([str(file)], Wanted(declaration=file.parent / DECLARATION)).deliveries:
                    asset = registry.send(one.thing, one.declaration, one.parts)
                    print(json.dumps({"file": str(file), "asset": asset["id"], "state": asset["state"]}))
            except CountersignError as error:
                print(json.dumps({"file": str(file), "problem": error.told()}))
                code = max(code, error.exit_code)
    return code


if __name__ == "__main__":
    # Resolve puts `resolve` among the globals of a script that it runs.
    resolve = globals().get("resolve")
    paths = rendered(resolve.GetProjectManager().GetCurrentProject()) if resolve else [Path(one) for one in sys.argv[1:]]
    sys.exit(deliver(paths))
