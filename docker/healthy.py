"""Whether the web in this container answers: exit code 0 or 1. It answers to its public name only, so that is asked for."""

import os
import sys
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

live = Request(
    f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/health/live",
    headers={"Host": urlsplit(os.environ["SITE_URL"]).hostname or ""},
)
try:
    urlopen(live, timeout=4).close()
except (URLError, OSError) as error:
    sys.exit(f"not alive: {error}")
