"""Write docs/modules.md, metrics.md and settings.md from the code, so that they cannot lag behind: `python -m deploy.docs`."""

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from runtime.metrics import PREFIX, RUNTIME_METRICS, Metric

ROOMS: Final = ("contracts", "runtime", "services", "policies", "bihuan", "deploy", "bench")
REVISIONS: Final = "versions"
"""The folder of a service's database revisions: they are history and explain themselves one by one."""

SHOWN: Final = 12
"""Values of a label that a line can hold; more of them are the words of the glossary."""

MODULES_HEAD: Final = """\
# Modules

One line for each module: why it exists, in the words of its own first line. `make docs` writes this page; \
[architecture.md](architecture.md) says how the rooms hang together.
"""
METRICS_HEAD: Final = """\
# Metrics

Every process serves these at `/metrics` in the text form of Prometheus. The list is closed: a metric is declared in \
`runtime/metrics.py` or in the `metrics.py` of its service, and `make docs` writes this page from there. A histogram \
has the series `_bucket`, `_sum` and `_count`. A label whose values are named here starts at zero; the values of the \
others appear when they are met.
"""


def published(root: Path) -> dict[Path, str]:
    """Return the pages below the repository's root, with the text they should hold."""
    from deploy.settings_page import settings_page

    return {
        root / "docs" / "modules.md": modules_page(root),
        root / "docs" / "metrics.md": metrics_page(),
        root / "docs" / "settings.md": settings_page(),
    }


def modules_page(root: Path) -> str:
    """Every module of every room with the first line of its docstring, package by package."""
    return "\n".join([MODULES_HEAD, *_packages(root)])


def modules(root: Path) -> tuple[Path, ...]:
    """Every module of the product, relative to the root, room by room and package by package."""
    found = (path.relative_to(root) for room in ROOMS for path in (root / room).rglob("*.py"))
    kept = (path for path in found if REVISIONS not in path.parts)
    return tuple(sorted(kept, key=lambda path: (ROOMS.index(path.parts[0]), path.parent.parts, path.name)))


def metrics_page() -> str:
    """Every metric with its labels and its sentence, by who shows it."""
    sections = [_metrics_section(title, metrics) for title, metrics in declared().items()]
    return "\n".join([METRICS_HEAD, *sections])


def declared() -> dict[str, tuple[Metric, ...]]:
    """Every declared metric by who shows it: every process, or one service beside those."""
    from deploy.doctor.metrics import DOCTOR_METRICS
    from services.escalation.metrics import METRICS as ESCALATION_METRICS
    from services.intake.metrics import INTAKE_METRICS
    from services.notify.metrics import NOTIFY_METRICS
    from services.reporting.metrics import REPORTING_METRICS

    return {
        "every process": RUNTIME_METRICS,
        "intake": INTAKE_METRICS,
        "escalation": tuple(metric for metric in ESCALATION_METRICS if metric not in RUNTIME_METRICS),
        "notify": NOTIFY_METRICS,
        "reporting": REPORTING_METRICS,
        "the watching doctor": DOCTOR_METRICS,
    }


def main(root: Path) -> int:
    """Write what changed and say so."""
    for path, text in published(root).items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(root)}\n")
    return 0


def _packages(root: Path) -> Iterator[str]:
    for package, paths in groupby(modules(root), key=lambda path: path.parent):
        said = {path.name: _first_line(root / path) for path in paths}
        lines = [f"{'#' * min(len(package.parts) + 1, 4)} {package.as_posix()}/\n"]
        if about := said.pop("__init__.py", ""):
            lines.append(f"{about}\n")
        lines += [f"- `{name}` - {sentence}" for name, sentence in said.items()]
        yield "\n".join(lines).rstrip("\n") + "\n"


def _first_line(path: Path) -> str:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return said.partition("\n")[0]


def _metrics_section(title: str, metrics: Iterable[Metric]) -> str:
    rows = "\n".join(
        f"| `{PREFIX}{metric.name}` | {metric.kind} | {_labels(metric)} | {metric.help} |" for metric in metrics
    )
    return f"## {title}\n\n| name | kind | labels | what it says |\n|---|---|---|---|\n{rows}\n"


def _labels(metric: Metric) -> str:
    return "; ".join(f"`{label}`" + _values(values) for label, values in metric.labels.items()) or "-"


def _values(values: Sequence[str]) -> str:
    if len(values) > SHOWN:
        return f": {len(values)} values"
    return ": " + ", ".join(map(str, values)) if values else ""


if __name__ == "__main__":  # pragma: no cover  # main itself is tested on a copy
    sys.exit(main(Path(__file__).resolve().parent.parent))
