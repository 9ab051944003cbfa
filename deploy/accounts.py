"""Say what the logins of APIs may do with accounts, roles and sessions, which all services share."""

from collections.abc import Iterator, Mapping
from typing import Final

from psycopg import sql

ACCESS: Final[Mapping[str, str]] = {
    "person": "SELECT, INSERT, UPDATE",
    "role_grant": "SELECT, INSERT, DELETE",
    "federated_sign_in": "SELECT, INSERT, DELETE",
    "session": "SELECT, INSERT, UPDATE, DELETE",
}
"""What every API role does with accounts: read who may come, note who came. It makes nobody and grants nothing."""

_BY_PROVIDER: Final[Mapping[str, str]] = {
    "person": "issuer IS NOT NULL",
    "role_grant": "starts_with(granted_by, 'oidc:')",
}
"""What an API may make of accounts: only what the customer's identity provider said of somebody."""


def statements(apis: sql.Composed, everybody: sql.Composed) -> Iterator[sql.Composed]:
    """What gives these logins their rights on accounts."""
    yield sql.SQL("GRANT USAGE ON SCHEMA access TO {}").format(everybody)
    yield sql.SQL("GRANT EXECUTE ON FUNCTION access.note(text, text, text, text, text[]) TO {}").format(everybody)
    for table, rights in ACCESS.items():
        place = sql.Identifier("access", table)
        yield sql.SQL("REVOKE ALL ON {} FROM {}").format(place, apis)
        yield sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), place, apis)
    for table, condition in _BY_PROVIDER.items():
        yield from _by_provider(sql.Identifier("access", table), sql.SQL(condition), apis)


def _by_provider(place: sql.Identifier, condition: sql.SQL, apis: sql.Composed) -> Iterator[sql.Composed]:
    """Everybody who has a right to it reads it all; an API makes and takes away only what fits the condition."""
    yield sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY").format(place)
    for name in ("owner", "reads", "makes", "changes", "takes"):
        yield sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(sql.Identifier(name), place)
    yield sql.SQL("CREATE POLICY owner ON {} TO CURRENT_USER USING (true)").format(place)
    yield sql.SQL("CREATE POLICY reads ON {} FOR SELECT USING (true)").format(place)
    yield sql.SQL("CREATE POLICY changes ON {} FOR UPDATE TO {} USING (true)").format(place, apis)
    yield sql.SQL("CREATE POLICY makes ON {} FOR INSERT TO {} WITH CHECK ({})").format(place, apis, condition)
    yield sql.SQL("CREATE POLICY takes ON {} FOR DELETE TO {} USING ({})").format(place, apis, condition)
