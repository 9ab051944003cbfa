"""Take a backup each day and keep the last fortnight: `python -m deploy.container.back_up FOLDER`.

The first one is taken at the start. One that fails says why in one line and is tried again in an hour; what is older than
a fortnight goes once a newer one is there.
"""

import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

from deploy.backup import NotDone, dump, manifest_of
from runtime import starting
from runtime.clock import SystemClock
from runtime.settings import ProcessSettings

EVERY = timedelta(days=1)
AGAIN = timedelta(hours=1)
KEPT = timedelta(days=14)
NAME = "bihuan-%Y%m%d-%H%M%S.dump"


def main(arguments: list[str]) -> int:
    """One after another until the container is stopped."""
    folder = Path(arguments[0])
    settings = starting.told(ProcessSettings)
    clock = SystemClock()
    while True:
        done = take(settings.database_url.get_secret_value(), folder, clock.now())
        threading.Event().wait((EVERY if done else AGAIN).total_seconds())


def take(url: str, folder: Path, now: datetime) -> bool:
    """Take one and let go of the old ones; whether it came about."""
    file = folder / now.strftime(NAME)
    try:
        manifest = dump(url, file, now)
    except (NotDone, OSError) as error:
        print(f"no backup: {str(error).strip().splitlines()[0]}", flush=True)
        return False
    print(f"{file}: {manifest.size} bytes", flush=True)
    for old in outlived([path.name for path in folder.glob("*.dump")], now):
        (folder / old).unlink(missing_ok=True)
        manifest_of(folder / old).unlink(missing_ok=True)
        print(f"{folder / old}: older than {KEPT.days} days, removed", flush=True)
    return True


def outlived(names: list[str], now: datetime) -> list[str]:
    """Those of our own names that are older than what is kept; other files are nobody's business here."""
    found = []
    for name in names:
        try:
            taken = datetime.strptime(name, NAME).replace(tzinfo=now.tzinfo)
        except ValueError:
            continue
        if now - taken > KEPT:
            found.append(name)
    return sorted(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
