"""Write the reference of the settings from the classes that read them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from runtime.settings import PREFIX, ProcessSettings

HEAD: Final = """\
# Settings

Environment variables. A secret, or any other setting, may stand in a file instead: `BIHUAN_<NAME>_FILE` names it. No `.env` \
file is read. An empty variable counts as none. `make docs` writes this page from the classes; what cannot be used is told \
at the start, all of it at once.
"""


def settings_page() -> str:
    """Every setting by who reads it: every process, or one service beside those."""
    return "\n".join([HEAD, *(_section(title, told, base) for title, told, base in _classes())])


def declared() -> dict[str, FieldInfo]:
    """Every setting of every class by `class.name`."""
    return {f"{told.__name__}.{name}": field for _, told, _ in _classes() for name, field in told.model_fields.items()}


def _classes() -> Iterator[tuple[str, type[ProcessSettings], type[ProcessSettings] | None]]:
    from deploy.container.prepare import PrepareSettings
    from deploy.doctor.looking import DoctorSettings
    from services.escalation.settings import EscalationSettings
    from services.intake.settings import IntakeSettings
    from services.notify.settings import NotifySettings
    from services.reporting.settings import ReportingSettings

    yield "every process", ProcessSettings, None
    yield "intake", IntakeSettings, ProcessSettings
    yield "escalation", EscalationSettings, ProcessSettings
    yield "notify", NotifySettings, ProcessSettings
    yield "reporting", ReportingSettings, ProcessSettings
    yield "`bihuan doctor` and the container `doctor`", DoctorSettings, ProcessSettings
    yield "the container `prepare`", PrepareSettings, ProcessSettings


def _section(title: str, told: type[ProcessSettings], base: type[ProcessSettings] | None) -> str:
    known = base.model_fields if base else {}
    rows = "".join(_row(name, field) for name, field in told.model_fields.items() if name not in known)
    return f"## {title}\n\n| variable | value | default | what it says |\n|---|---|---|---|\n{rows}"


def _row(name: str, field: FieldInfo) -> str:
    return f"| `{PREFIX}{name.upper()}` | {_kind(field.annotation)} | {_default(field)} | {field.description or ''} |\n"


def _kind(annotation: object) -> str:
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    members = [each for each in get_args(annotation) if each is not type(None)] or [annotation]
    names = {SecretStr: "secret", str: "text", int: "number", float: "number", bool: "`true`, `false`", Path: "path"}
    return names.get(members[0], getattr(members[0], "__name__", str(members[0])))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return "-" if value is None or value == "" else f"`{value}`"
