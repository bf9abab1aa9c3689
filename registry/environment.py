"""The only reader of the environment: NAME, or NAME_FILE for a secret kept in a file; all of it may be absent."""

import os
import secrets
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


class EnvironmentMistaken(Exception):
    """A variable says something that cannot be meant; the sentence names it and what it may say."""


def text(name: str, default: str = "") -> str:
    """The variable, else the content of the file named by NAME_FILE, else the default."""
    if name in os.environ:
        return os.environ[name]
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return default
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise EnvironmentMistaken(f"{name}_FILE names {path}, which cannot be read: {error.strerror}.") from error


def whole(name: str, default: int) -> int:
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        raise EnvironmentMistaken(f"{name} is “{value}”; it must be a whole number.") from error


def share(name: str, default: str) -> Fraction:
    """A number from 0 up to, not including, 1, exactly as it is written."""
    value = text(name, default)
    try:
        found = Fraction(value)
    except (ValueError, ZeroDivisionError) as error:
        raise EnvironmentMistaken(f"{name} is “{value}”; it must be a number such as {default}.") from error
    if not 0 <= found < 1:
        raise EnvironmentMistaken(f"{name} is “{value}”; it must be a share from 0 up to, not including, 1.")
    return found


def truth(name: str, default: bool) -> bool:
    value = text(name, str(default)).strip().lower()
    if value in TRUE | FALSE:
        return value in TRUE
    raise EnvironmentMistaken(f"{name} is “{value}”; it must be true or false.")


def listed(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Words separated by commas."""
    words = [word.strip() for word in text(name).split(",")]
    return [word for word in words if word] or list(default)


def one_of(name: str, allowed: tuple[str, ...]) -> str:
    """One of `allowed`; the first of them when absent."""
    value = text(name, allowed[0])
    if value not in allowed:
        raise EnvironmentMistaken(f"{name} is “{value}”; it must be one of: {', '.join(allowed)}.")
    return value


def given(*names: str) -> frozenset[str]:
    """Those of the names that the environment gives."""
    return frozenset(name for name in names if text(name))


def kept_secret(name: str, path: Path) -> str:
    """A secret of the embedded installation: the variable, else the one kept at `path`, made now if there is none."""
    given = text(name)
    if given:
        return given
    return made_once(path, lambda: secrets.token_urlsafe(64))


def made_once(path: Path, make: Callable[[], str]) -> str:
    """The text kept at `path`, for its owner alone; made now if there is none."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    making = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    if not path.exists():
        with open(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make())
        try:
            # A link is made once: of two processes that start together, both read what the first one kept.
            os.link(making, path)
        except FileExistsError:
            pass
        finally:
            making.unlink()
    return path.read_text()


def for_child(**changed: str) -> dict[str, str]:
    """This process's environment with some variables changed, for a child that is started."""
    return os.environ | changed


serves_visitors = False


def name_settings(*, visitors: bool = False) -> None:
    """Tell Django which settings are ours; every entrance (manage.py, wsgi, asgi, celery) begins with this. With
    `visitors`, somebody waits for every answer of this process."""
    global serves_visitors
    serves_visitors = visitors
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")
