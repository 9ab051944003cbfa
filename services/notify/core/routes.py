"""Find who is told of a decision, and why: a tree of conditions read from a file, whose leaves name roles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any, Final

import msgspec

from contracts.decisions import Decision
from contracts.vocabulary import Status
from services.notify.core.matching import Match, conditions_met
from services.notify.core.quiet import QuietHours
from services.notify.core.retry import RetryPolicy, RetryRules, policies_of
from services.notify.core.telling import TELLING, Telling
from services.notify.core.ways import USUAL, WORDS, Detour

PLACES_OF_A_ROLE: Final = ("acting", "addressee", "tenant", "parent", "committee")
"""Whose role it is: the unit that is to act, whom the pack addresses, the unit in charge, the one above it, the root."""

_ROOT_TELLS: Final = tuple(status for status, telling in TELLING.items() if telling in {Telling.OPENS, Telling.FOLLOWS})


class InvalidRoutes(Exception):
    """The file of routes cannot be used; the message names the place and the mend."""


class Node(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One node as written in the file; what it leaves out it inherits from the node above.

    `to`: roles as `role` or `role@place`, where place is one of `PLACES_OF_A_ROLE`, a division code or a unit's name.
    `carry_on`: later siblings are looked at too, though this one matched. `settle_seconds`: how long a notice waits
    for a higher rung that would take it along. `urgent` goes first and does not settle. `can_wait`: reminders may wait
    for the end of the quiet hours. `acknowledge_within_minutes`: if nobody has taken notice by then, `fallback` is told.
    """

    name: str
    match: Match = Match()
    to: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    tell: tuple[Status, ...] | None = None
    urgent: bool | None = None
    settle_seconds: float | None = None
    can_wait: bool | None = None
    acknowledge_within_minutes: float | None = None
    fallback: tuple[str, ...] | None = None
    carry_on: bool = False
    routes: tuple["Node", ...] = ()


class Hours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quiet hours as written in the file: times of the day in Shanghai, such as "21:00"."""

    begins: str
    ends: str


class DetourRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When what must not wait goes another way, as written in the file; without channels nothing ever does."""

    after_minutes: float = USUAL.after / timedelta(minutes=1)
    channels: tuple[str, ...] = USUAL.channels


class RoutesFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file: the version of its form, roles with their Chinese names, retry rules by channel, detours, the tree."""

    version: int
    quiet_hours: Hours | None = None
    detour: DetourRules = DetourRules()
    roles: Mapping[str, str]
    route: Node
    retry: Mapping[str, RetryRules] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a node says once everything is inherited."""

    to: tuple[str, ...] = ()
    channels: tuple[str, ...] = ("email",)
    tell: tuple[Status, ...] = _ROOT_TELLS
    urgent: bool = False
    settle: timedelta = timedelta(seconds=10)
    can_wait: bool = False
    acknowledge_within: timedelta | None = None
    fallback: tuple[str, ...] = ()

    def with_node(self, node: Node) -> "Options":
        """These options as the node changes them."""
        return replace(
            self,
            to=self.to if node.to is None else node.to,
            channels=self.channels if node.channels is None else node.channels,
            tell=self.tell if node.tell is None else node.tell,
            urgent=self.urgent if node.urgent is None else node.urgent,
            settle=self.settle if node.settle_seconds is None else timedelta(seconds=node.settle_seconds),
            can_wait=self.can_wait if node.can_wait is None else node.can_wait,
            acknowledge_within=self.acknowledge_within
            if node.acknowledge_within_minutes is None
            else timedelta(minutes=node.acknowledge_within_minutes),
            fallback=self.fallback if node.fallback is None else node.fallback,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One node that takes a decision: the names from the root to it, the conditions that held, and what it says."""

    path: str
    conditions: tuple[str, ...]
    options: Options

    @property
    def why(self) -> str:
        """The path and the conditions in one line."""
        return f"{self.path}（{'，'.join(self.conditions)}）" if self.conditions else self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """A file of routes that has been checked."""

    roles: Mapping[str, str]
    route: Node
    retry: Mapping[str, RetryPolicy]
    quiet_hours: QuietHours | None = None
    detour: Detour = USUAL

    def hits(self, decision: Decision, lineage: tuple[str, ...]) -> tuple[Hit, ...]:
        """The deepest nodes that take the decision, in the order of the file."""
        return tuple(_walk(self.route, Options(), decision, lineage, Hit(path="", conditions=(), options=Options())))


def routes_from(document: Any) -> Routes:
    """Check a parsed file; raises `InvalidRoutes`."""
    try:
        file = msgspec.convert(document, RoutesFile)
    except msgspec.ValidationError as error:
        raise InvalidRoutes(str(error)) from error
    if file.version != 1:
        raise InvalidRoutes(f"version {file.version} is not known: this release reads version 1")
    for fault in _faults(file.route, Options(), file.route.name, file.roles):
        raise InvalidRoutes(fault)
    return Routes(
        roles=dict(file.roles),
        route=file.route,
        retry=policies_of(file.retry),
        quiet_hours=_quiet(file.quiet_hours),
        detour=_detour(file.detour),
    )


def _walk(node: Node, inherited: Options, decision: Decision, lineage: tuple[str, ...], above: Hit) -> Iterator[Hit]:
    conditions = conditions_met(node.match, decision, lineage)
    if conditions is None:
        return
    options = inherited.with_node(node)
    here = Hit(
        path=f"{above.path}/{node.name}" if above.path else node.name,
        conditions=above.conditions + conditions,
        options=options,
    )
    deeper = False
    for child in node.routes:
        hits = tuple(_walk(child, options, decision, lineage, here))
        yield from hits
        deeper = deeper or bool(hits)
        if hits and not child.carry_on:
            break
    if not deeper:
        yield here


def _quiet(hours: Hours | None) -> QuietHours | None:
    if hours is None:
        return None
    try:
        begins, ends = time.fromisoformat(hours.begins), time.fromisoformat(hours.ends)
    except ValueError as error:
        raise InvalidRoutes(f"quiet_hours: {error}: write times of the day such as '21:00'") from error
    if begins.tzinfo or ends.tzinfo or begins == ends:
        raise InvalidRoutes("quiet_hours: write two different times of the day in Shanghai, without an offset")
    return QuietHours(begins=begins, ends=ends)


def _detour(rules: DetourRules) -> Detour:
    if rules.after_minutes <= 0:
        raise InvalidRoutes("detour: after_minutes is not positive: to send nothing another way write channels: []")
    for channel in rules.channels:
        if channel not in WORDS:
            raise InvalidRoutes(f"detour: there is no channel {channel!r}: write some of {', '.join(WORDS)}")
    return Detour(after=timedelta(minutes=rules.after_minutes), channels=rules.channels)


def _faults(node: Node, inherited: Options, path: str, roles: Mapping[str, str]) -> Iterator[str]:
    options = inherited.with_node(node)
    for reference in (*options.to, *options.fallback):
        role, at, place = reference.partition("@")
        if role not in roles:
            yield f"{path}: role {role!r} is not listed under roles: add it there with its Chinese name"
        if at and not place:
            yield f"{path}: {reference!r} ends after @: name a place ({', '.join(PLACES_OF_A_ROLE)}) or a unit"
    if not options.channels:
        yield f"{path}: channels is empty: name at least one"
    if Status.RETRACTED not in options.tell:
        yield f"{path}: tell lacks retracted: who was told something wrong has to hear that it was"
    for status in options.tell:
        if TELLING[status] not in {Telling.OPENS, Telling.FOLLOWS}:
            yield f"{path}: tell names {status.value}, which is never a notice of its own: take it out"
    yield from (f"{path}: {fault}" for fault in _contradictions(options))
    names = [child.name for child in node.routes]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{path}: two routes are called {name!r}: a reason could not tell them apart"
    for child in node.routes:
        yield from _faults(child, options, f"{path}/{child.name}", roles)


def _contradictions(options: Options) -> Iterator[str]:
    if options.settle < timedelta():
        yield "settle_seconds is negative"
    if options.urgent and options.can_wait:
        yield "urgent and can_wait exclude each other: take one out"
    if options.acknowledge_within is not None and options.acknowledge_within <= timedelta():
        yield "acknowledge_within_minutes is not positive"
    if (options.acknowledge_within is None) != (not options.fallback):
        yield "acknowledge_within_minutes and fallback belong together: when, and who is told then"
