"""Know the registered upstream systems: which words they may use as `source`, and for which tenants they may speak."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from contracts.divisions import Divisions
from contracts.topics import OWN_SLUGS, PEOPLE_SLUG

EVERYWHERE = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One registered upstream system."""

    slug: str
    name: str
    #: What its hazard ids live in; sources that share ids share one.
    namespace: str
    #: Sub-trees it may speak for (`*`: all).
    tenants: tuple[str, ...]
    #: The values it uses as CloudEvents `source`.
    attributes: frozenset[str]
    #: Its Kafka topic; None where it comes by other doors only.
    topic: str | None = None
    #: Its events tell nobody, unless an import says otherwise.
    historic: bool = False

    @property
    def is_ourselves(self) -> bool:
        """Whether it carries what people did in our own services."""
        return self.slug == PEOPLE_SLUG

    @property
    def is_upstream(self) -> bool:
        """Whether it is a system of somebody else's: one to import for, to watch for silence, to show the quality of.

        How many tip-offs came on which day, and from where, may lead back to whoever gave one.
        """
        return self.slug not in OWN_SLUGS


@dataclass(frozen=True, slots=True)
class Registry:
    """All registered sources at one moment."""

    sources: tuple[Source, ...]
    _by_topic: dict[str, Source] = field(init=False, repr=False, compare=False)
    _by_attribute: dict[str, Source] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_topic = {source.topic: source for source in self.sources if source.topic}
        by_attribute = {attribute: source for source in self.sources for attribute in source.attributes}
        object.__setattr__(self, "_by_topic", by_topic)
        object.__setattr__(self, "_by_attribute", by_attribute)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of all sources, in order of their names."""
        return tuple(sorted(source.topic for source in self.sources if source.topic))

    def of_topic(self, topic: str) -> Source | None:
        """Return the source whose topic this is."""
        return self._by_topic.get(topic)

    def of_attribute(self, attribute: str) -> Source | None:
        """Return the source that uses this value as CloudEvents `source`."""
        return self._by_attribute.get(attribute)

    def named(self, slug: str) -> Source | None:
        """Return the source of this slug."""
        return next((source for source in self.sources if source.slug == slug), None)


class Scopes:
    """Says whether a tenant lies in a sub-tree, and remembers what it was asked (bounded)."""

    _MOST_REMEMBERED = 50_000

    def __init__(self, divisions: Divisions) -> None:
        self._divisions = divisions
        self._known: dict[tuple[str, tuple[str, ...]], bool] = {}

    def within(self, tenant: str, scopes: tuple[str, ...]) -> bool:
        """Whether `tenant` is one of `scopes` or lies below one."""
        try:
            return self._known[tenant, scopes]
        except KeyError:
            pass
        if len(self._known) >= self._MOST_REMEMBERED:
            self._known.clear()
        found = any(scope == EVERYWHERE or self._divisions.is_within(tenant, scope) for scope in scopes)
        self._known[tenant, scopes] = found
        return found

    def shared(self, one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
        """The sub-trees that lie in both: who speaks for a source has no more rights than it, and no more than their own."""
        return tuple(
            dict.fromkeys(
                [code for code in one if self.narrower([code], other)]
                + [code for code in other if self.narrower([code], one)]
            )
        )

    def narrower(self, wanted: Iterable[str], scopes: tuple[str, ...]) -> bool:
        """Whether each of `wanted` lies within `scopes`; `*` only within `*`."""
        return all(EVERYWHERE in scopes if code == EVERYWHERE else self.within(code, scopes) for code in wanted)
