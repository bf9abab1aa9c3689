#!/usr/bin/env python3
"""The operators' entrance: `manage.py COMMAND`."""

import sys

from registry import environment


def main() -> None:
    environment.name_settings()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
