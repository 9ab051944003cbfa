"""Write every dashboard as JSON into dashboards/: `python -m deploy.grafana`, part of `make docs`."""

from pathlib import Path
from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana import business, history, notices, operations, sources

FOLDER: Final = Path(__file__).with_name("dashboards")
BOARDS: Final = {
    "operations": operations.drawn,
    "business": business.drawn,
    "sources": sources.drawn,
    "notices": notices.drawn,
    "history": history.drawn,
}


def texts() -> dict[Path, str]:
    """The text of each dashboard's file."""
    return {FOLDER / f"{name}.json": text_of(drawn()) for name, drawn in BOARDS.items()}


def text_of(drawn: Dashboard) -> str:
    """The JSON that Grafana reads."""
    return JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False).encode(drawn.build()) + "\n"


if __name__ == "__main__":
    for path, text in texts().items():
        path.write_text(text, encoding="utf-8")
