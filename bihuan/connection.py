"""Read the settings of a command: what is missing or cannot be used is said in one sentence, never as a traceback."""

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from runtime.settings import ProcessSettings

Told = TypeVar("Told", bound="ProcessSettings")


def settings_of(kind: type[Told]) -> Told:
    """The settings of the environment, read as this kind; ends with status 2 where they cannot be."""
    from bihuan.intake import refuse
    from runtime import starting

    read, faults = starting.judged(kind)
    if read is None:
        refuse(f"连接设置不能用（{'；'.join(faults)}）。先 make up，或设置 BIHUAN_DATABASE_URL。")
    return read
