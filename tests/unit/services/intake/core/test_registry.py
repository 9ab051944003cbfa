"""Who a topic and a `source` belong to, and how far a sender's word goes."""

from contracts import divisions
from services.intake.core.registry import Registry, Scopes, Source


def source(slug: str, topic: str | None = None) -> Source:
    return Source(
        slug=slug, name=slug, namespace=slug, tenants=("331081",), attributes=frozenset({f"/{slug}"}), topic=topic
    )


def test_a_source_is_found_by_topic_attribute_and_name() -> None:
    """Whatever names nobody finds nobody."""
    a, b = source("a", "inspection.a"), source("b")
    registry = Registry((a, b))

    assert registry.topics == ("inspection.a",)
    assert registry.of_topic("inspection.a") is a
    assert registry.of_attribute("/b") is b
    assert registry.named("b") is b
    assert registry.of_topic("inspection.b") is registry.of_attribute("/c") is registry.named("c") is None


def test_a_tenant_lies_in_a_scope_by_the_table() -> None:
    """A zone belongs to its city although its code does not begin like one of its counties."""
    scopes = Scopes(divisions.load())

    assert scopes.within("331081003", ("331081",))
    assert scopes.within("331171", ("331100",))
    assert not scopes.within("331082", ("331081",))
    assert not scopes.within("331081", ("331081003",))
    assert scopes.within("650000", ("*",))


def test_a_key_is_never_wider_than_its_source() -> None:
    """Everything lies within everything only."""
    scopes = Scopes(divisions.load())

    assert scopes.narrower(["331081003"], ("331081",))
    assert not scopes.narrower(["*"], ("331081",))
    assert scopes.narrower(["*"], ("*",))


def test_what_is_remembered_of_scopes_is_bounded() -> None:
    """Invented tenants do not fill the memory."""
    scopes = Scopes(divisions.load())
    scopes._MOST_REMEMBERED = 5  # type: ignore[misc]

    answers = [scopes.within(f"33108100{n}", ("331081",)) for n in range(20)]

    assert all(answers)
    assert len(scopes._known) <= 5
