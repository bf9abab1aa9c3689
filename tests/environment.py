"""The tests keep their files in a folder of their own, named before the settings are read (`-p tests.environment`)."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests import databases

if "COUNTERSIGN_TESTS" not in os.environ:
    folder = tempfile.mkdtemp(prefix="countersign-tests-")
    os.environ |= {"COUNTERSIGN_TESTS": folder, "DATA_DIR": folder}
    # The process that made the folder removes it; the workers of pytest-xdist inherit its name.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(databases.forget, Path(folder))

# The variables of a safe production installation, enough for every check; nothing is contacted by reading them.
PRODUCTION = {
    line.partition("=")[0]: line.partition("=")[2]
    for line in (Path(__file__).parent / "production.env").read_text().splitlines()
    if line and not line.startswith("#")
}
