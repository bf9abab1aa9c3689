"""A render farm's last step, in ten lines: deliver a folder, wait until it is signed, fetch it. Its exit code is the job's."""

import subprocess
import sys


def countersign(*words: str) -> None:
    """Whoever runs this is signed in by COUNTERSIGN_SITE, COUNTERSIGN_CLIENT_ID and COUNTERSIGN_CLIENT_SECRET_FILE."""
    done = subprocess.run([sys.executable, "-m", "countersign", *words])
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    renders, signed = sys.argv[1:3]
    countersign("upload", renders, "--wait", "--json", "--patience", "8h")
    countersign("download", renders, "--to", signed, "--json")
