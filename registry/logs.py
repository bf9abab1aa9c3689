"""Logs: one JSON object a line, with the request it belongs to, and no control characters whatever a visitor sent."""

import logging.config
import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from gunicorn.glogging import Logger

# C0 and C1 controls, and the characters that turn the direction of text: shown, not obeyed. JSON escapes line breaks.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def shown(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace what cannot be seen by U+FFFD in every text of the entry, however deep."""
    return {key: _shown(value) for key, value in event.items()}


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return UNSEEN.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {_shown(key): _shown(inner) for key, inner in value.items()}
    return [_shown(inner) for inner in value] if isinstance(value, list | tuple) else value


BEFORE = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    structlog.processors.UnicodeDecoder(),
)

CONFIGURATION = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": BEFORE,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta, shown,
                structlog.processors.JSONRenderer(sort_keys=True),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Each request is one line of our own (registry.middleware); these would say it again.
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "ERROR", "propagate": True},
        "gunicorn.access": {"level": "ERROR", "propagate": True},
        "gunicorn.error": {"propagate": True},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "fido2": {"level": "WARNING"},
    },
}


def configure() -> None:
    structlog.configure(
        processors=[*BEFORE, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(), cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(CONFIGURATION)


class GunicornLogger(Logger):
    """Gunicorn's own messages in the same form (`--logger-class registry.logs.GunicornLogger`)."""

    def setup(self, cfg) -> None:
        configure()
        self.loglevel = logging.INFO
