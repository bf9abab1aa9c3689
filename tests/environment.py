"""The tests keep their files in a folder of their own, named before the settings are read (`-p tests.environment`)."""

import atexit
import os
import shutil
import tempfile

if "COUNTERSIGN_TESTS" not in os.environ:
    folder = tempfile.mkdtemp(prefix="countersign-tests-")
    os.environ |= {"COUNTERSIGN_TESTS": folder, "DATA_DIR": folder}
    # The process that made the folder removes it; the workers of pytest-xdist inherit its name.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
