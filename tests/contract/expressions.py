"""Read PromQL as the server does: which metrics an expression names, and which labels it asks them for."""

import re
from collections.abc import Iterator
from typing import Any

import promql_parser

from deploy.docs import declared
from runtime.metrics import PREFIX

FROM_SCRAPING = frozenset({"job", "instance", "process", "service"})  # given by prometheus.yml to each target
OF_OTHERS = {"up": frozenset[str]()}  # metrics that Prometheus makes itself
HISTOGRAM = ("_bucket", "_sum", "_count")


def known() -> dict[str, frozenset[str]]:
    """The labels of every series that the product serves, by the name that a query uses."""
    found = dict(OF_OTHERS)
    for metrics in declared().values():
        for metric in metrics:
            labels = frozenset(metric.labels)
            if metric.kind == "histogram":
                found |= {f"{PREFIX}{metric.name}{ending}": labels | {"le"} for ending in HISTOGRAM}
            else:
                found[PREFIX + metric.name] = labels
    return found


def wrong(expression: str) -> list[str]:
    """What the expression asks for that nobody serves; empty where it is sound. Raises ValueError for bad syntax."""
    read = promql_parser.parse(_filled(expression))
    served = known()
    problems = []
    for name, labels in _asked(read):
        if name not in served:
            problems.append(f"{name} is no metric of ours")
        else:
            problems += [f"{name} has no label {label}" for label in labels - served[name] - FROM_SCRAPING]
    return problems


def label_values(query: str) -> tuple[str, str] | None:
    """(expression, label) of a variable's query, None where it is another kind of query."""
    match = re.fullmatch(r"label_values\((.+), (\w+)\)", query)
    return (match[1], match[2]) if match else None


def _filled(expression: str) -> str:
    return re.sub(r"\$\w+", ".*", expression.replace("$__rate_interval", "5m"))


def _asked(node: Any) -> Iterator[tuple[str, frozenset[str]]]:
    if isinstance(node, promql_parser.VectorSelector):
        yield node.name or "", frozenset(matcher.name for matcher in node.matchers.matchers)
    for name in ("expr", "lhs", "rhs", "param", "vector_selector", "args"):
        part = getattr(node, name, None)
        for one in part if isinstance(part, list) else [part]:
            if one is not None and not isinstance(one, str | float | int):
                yield from _asked(one)
