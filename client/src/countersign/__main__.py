"""`python -m countersign`: the command line, where its script is not on the path."""

from countersign.commands import run

run()
