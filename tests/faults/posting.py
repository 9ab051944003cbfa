"""Post events to intake's API one after another, and come again with the same one until it is taken."""

import json
import threading
import urllib.error
import urllib.request
from datetime import timedelta

from runtime.clock import SystemClock

SOURCE = "/faults/http"
SLUG = "faults-http"
TENANT = "331081003"
ACCEPTED = {"accepted", "duplicate"}
PAUSE = 0.1  # seconds between two events, and between two tries
PATIENCE = 120.0  # seconds that one event may need
DUE_AFTER = timedelta(seconds=20)


class Poster(threading.Thread):
    """An upstream system that speaks HTTP; `taken` are the ids that were answered with 202, `tries` all requests."""

    def __init__(self, address: str, key: str) -> None:
        super().__init__(daemon=True)
        self._address = address
        self._headers = {"content-type": "application/cloudevents+json", "authorization": f"Bearer {key}"}
        self._end = threading.Event()
        self._clock = SystemClock()
        self.taken: set[str] = set()
        self.tries = 0
        self.trouble = ""

    def stop(self) -> set[str]:
        """End after the event that is on its way; returns the ids that were taken."""
        self._end.set()
        self.join(PATIENCE * 2)
        assert not self.trouble, self.trouble
        return self.taken

    def run(self) -> None:
        """One event after another."""
        while not self._end.wait(PAUSE) and not self.trouble:
            self._bring(f"H-{len(self.taken):06}")

    def _bring(self, name: str) -> None:
        now = self._clock.now()
        data = {
            "hazard_id": name,
            "level": "general",
            "category": "fire_safety",
            "description": "疏散通道被货物堵塞",
            "site_id": f"P-{len(self.taken)}",
            "sector": "工贸",
            "found_by": "inspection",
            "rectify_by": (now + DUE_AFTER).isoformat(),
        }
        event = {"specversion": "1.0", "id": name, "source": SOURCE, "type": "hazard.reported.v1",
                 "time": now.isoformat(), "tenant": TENANT, "data": data}  # fmt: skip
        body = json.dumps(event, ensure_ascii=False).encode()
        until = self._clock.monotonic() + PATIENCE
        while not self._is_taken(body):
            if self._clock.monotonic() > until:
                self.trouble = self.trouble or f"{name} was not taken within {PATIENCE} s"
            if self.trouble:
                return
            threading.Event().wait(PAUSE)
        self.taken.add(name)

    def _is_taken(self, body: bytes) -> bool:
        self.tries += 1
        request = urllib.request.Request(f"{self._address}/v1/events", body, self._headers)  # noqa: S310 (the test's own)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                said = json.load(answer)["outcomes"][0]
        except urllib.error.HTTPError as refused:
            with refused:
                if refused.code not in {429, 503}:
                    self.trouble = f"{refused.code}: {refused.read(300)!r}"
            return False
        except OSError:
            return False  # nobody listens, or the connection was cut: nobody knows, so it comes again
        if said["outcome"] not in ACCEPTED:
            self.trouble = str(said)
        return True
