"""Read what a city says about tip-offs: categories, terms, how long an informer is remembered."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONTHS = 12

Word = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,62}$")]
Label = Annotated[str, Field(min_length=1, max_length=40)]


class Rules(BaseModel):
    """`tip-offs.yaml` of the policies' folder."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    categories: Annotated[Mapping[Word, Label], Field(min_length=1)]
    finish_within_days: Annotated[int, Field(ge=1, le=365)]
    keep_months: Annotated[int, Field(ge=1, le=120)]

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Self:
        """Read them; a ValueError says which key is wrong, and nothing of its value."""
        try:
            return cls.model_validate(dict(raw))
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            raise ValueError(f"tip-offs.yaml: {wrong}") from None

    def finish_by(self, received_at: datetime) -> date:
        """The last day of the term; the day of receipt is not counted."""
        return received_at.astimezone(SHANGHAI).date() + timedelta(days=self.finish_within_days)

    def kept_until(self, now: datetime) -> datetime:
        """Whose handling ended before this moment is to be forgotten at `now`."""
        there = now.astimezone(SHANGHAI)
        months = there.year * MONTHS + there.month - 1 - self.keep_months
        first = there.replace(year=months // MONTHS, month=months % MONTHS + 1, day=1)
        return first + timedelta(days=min(there.day, _days_of(first)) - 1)


def _days_of(first: datetime) -> int:
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return (following - first).days
