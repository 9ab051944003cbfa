"""What notify counts and shows, each in one sentence."""

from typing import Final

from contracts.vocabulary import NoticeState
from runtime.metrics import Metric
from services.notify.core.retry import Result
from services.notify.core.ways import WORDS

CHANNELS: Final = tuple(WORDS)

LETTER_STATES: Final = ("drafted", "edited", "signed", "sent", "received", "missed")

OUTCOMES: Final = ("delivered", "rejected", "rate_limited", "temporary", "ambiguous", "dead", "suppressed")

OUTCOME_OF: Final = {
    Result.DELIVERED: "delivered",
    Result.PERMANENT: "rejected",
    Result.GONE: "rejected",
    Result.LIMITED: "rate_limited",
    Result.TEMPORARY: "temporary",
    Result.AMBIGUOUS: "ambiguous",
}
"""How a channel's answer is counted; `dead` is what was given up, `suppressed` what was told to nobody."""

NOTIFY_METRICS: Final = (
    Metric(
        kind="counter",
        name="notify_deliveries_total",
        help="Attempts by the channel's answer, notices given up (dead) and told to nobody (suppressed).",
        labels={"channel": CHANNELS, "outcome": OUTCOMES},
    ),
    Metric(
        kind="gauge",
        name="notify_outbox_oldest_timestamp_seconds",
        help="When the oldest notice that still waits was made; the present where none waits (Unix time).",
        labels={"channel": CHANNELS},
    ),
    Metric(
        kind="gauge",
        name="notify_notices",
        help="Notices that are not delivered, by state; failed and ambiguous ones wait for a person.",
        labels={"state": tuple(state.value for state in NoticeState if state is not NoticeState.DELIVERED)},
    ),
    Metric(
        kind="gauge",
        name="notify_letters",
        help="Official letters by state; drafted and edited ones wait for a signature, missed counts late answers.",
        labels={"state": LETTER_STATES},
    ),
    Metric(kind="gauge", name="notify_sending_stopped", help="1 while the master switch stops all sending."),
)
