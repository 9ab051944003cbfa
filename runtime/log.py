"""One JSON line per event on standard output, with phones, tokens and passwords masked in every line of every library."""

import logging
import re
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import structlog

from contracts.personal import LIKE_AN_IDENTITY_CARD, MOBILE

_DSN = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://[^\s:/@]*):[^\s@]+@")
_BEARER = re.compile(r"(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{6,}")
_ASSIGNED = re.compile(
    r"(?i)((?:[a-z0-9_-]*(?:token|secret|passw(?:or)?d|api[_-]?key)|sign|signature)['\"]?\s*[=:]\s*['\"]?)[^\s&'\",;)}]{3,}"
)
_SECRET_NAME = re.compile(r"(?i)(token|secret|passw|authorization|api[_-]?key|^sign(ature)?$|cookie)")

# Where errors of libraries quote what they were given. What is quoted may be anybody's.
_QUOTED = (
    (re.compile(r"\b(DETAIL|CONTEXT|Failing row contains)\b:?[^\n]*"), r"\1: ***"),  # PostgreSQL
    (re.compile(r'(invalid input (?:syntax|value) for [\w ]+: ?)"[^\n]*"'), r"\1***"),
    (re.compile(r"(\[parameters: )[^\n]*"), r"\1***"),  # SQLAlchemy
    (re.compile(r"(input_value=).*?(?=, input_type=|\n|\Z)", re.DOTALL), r"\1***"),  # pydantic
    (re.compile(r"(invalid literal for int\(\) with base 10: |could not convert string to float: )[^\n]*"), r"\1***"),
    (re.compile(r"""\bb(?:'(?:[^'\\\n]|\\.){16,}'|"(?:[^"\\\n]|\\.){16,}")"""), "b'***'"),  # bytes in a repr
)

_SUSPECT = re.compile(r"""(?i)[a-z]{3}|[0-9]{11}|://|b['"]""")
"""Something of this stands in whatever any of the patterns masks."""

# Libraries that tell every step, or the whole address that they ask; `runtime.streams.driver` is the name mode gives to Faust's services of ours.
# What kafka.net calls errors are its own tries to reach a broker; that none was reached is said by whoever asked.
_NOISY = {"kafka.net": logging.CRITICAL} | dict.fromkeys(
    (
        "aiokafka",
        "faust",
        "httpcore",
        "httpcore2",
        "httpx",
        "httpx2",
        "kafka",
        "mode",
        "runtime.streams.driver",
        "uvicorn",
    ),
    logging.WARNING,
)


def redact(text: str) -> str:
    """The text with mobile numbers, identity cards, passwords of addresses, tokens, secrets and quoted input masked."""
    if not _SUSPECT.search(text):
        return text  # as most words of a long list: a dozen searches more would cost more than printing them
    for pattern, mask in _QUOTED:
        text = pattern.sub(mask, text)
    text = _DSN.sub(r"\1:***@", text)
    text = _BEARER.sub(r"\1\2***", text)
    text = _ASSIGNED.sub(r"\1***", text)
    text = MOBILE.sub(r"\1****\2", text)
    return LIKE_AN_IDENTITY_CARD.sub(r"\1***********\2", text)


def redact_value(value: Any, name: str = "") -> Any:
    """Any log value masked, containers member by member; under a secret's name everything is masked."""
    if _SECRET_NAME.search(name) and value is not None and not isinstance(value, bool | int | float):
        return "***"
    match value:
        case str():
            return redact(value)
        case bytes():
            return redact(value.decode("utf-8", "replace"))
        case Mapping():
            return {redact(str(key)): redact_value(member, str(key)) for key, member in value.items()}
        case list() | tuple() | set() | frozenset():
            return [redact_value(member, name) for member in value]
        case bool() | int() | float() | None:
            return value
    return redact(str(value))


def _redact_event(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {key: redact_value(value, key) for key, value in event.items()}


def configure(service: str, level: str = "INFO") -> None:
    """Send all logging of this process, ours and the libraries', through one JSON formatter with redaction."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]

    def named(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["service"] = service
        return event

    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                named,
                _redact_event,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, floor in _NOISY.items():
        logging.getLogger(name).setLevel(max(floor, logging.getLevelNamesMapping()[level]))
    sys.excepthook = _crashed
    threading.excepthook = lambda told: _crashed(told.exc_type, told.exc_value, told.exc_traceback)


def _crashed(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """Tell the end of a process or a thread by the same formatter: Python's own would print what an error quotes."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error or kind(), trace)
        return
    told = (kind, error, trace) if error is not None else kind
    get(__name__).critical("crashed", exc_info=told)
    sys.stdout.flush()


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger: `get(__name__).info("slot stopped", topic=topic, slot=slot)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
