"""Let nobody but offices and the auditor near a letter to the organs of discipline and personnel."""

from typing import Any, Final

from fastapi import Depends, Request

from contracts.roles import OFFICES, Role
from runtime.access import Principal, Who
from runtime.database import Database
from runtime.web import Problem
from services.notify.store.letter_listing import is_restricted

SEE_RESTRICTED: Final = frozenset(OFFICES) | {Role.AUDITOR}


def sees_restricted(who: Principal) -> bool:
    """Whether somebody may see 抄告函 at all."""
    return not SEE_RESTRICTED.isdisjoint(who.roles)


def guarded(database: Database) -> Any:
    """A dependency of every route that names a letter: to others a restricted letter is not there."""

    def check(request: Request, who: Who) -> None:
        letter_id = str(request.path_params.get("letter_id", ""))
        if not letter_id or sees_restricted(who):
            return
        with database.begin() as work:
            work.aside = True
            if is_restricted(work, letter_id):
                raise Problem(404, "no such letter")

    return Depends(check)
