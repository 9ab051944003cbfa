"""Say what the addresses of pages may ask."""

from typing import Annotated

from fastapi import Query

from services.reporting.api.narrowing import LONGEST, TEXT
from services.reporting.api.routes import DIVISION, LONGEST_TEXT

Flag = Annotated[str, Query(pattern="^1?$")]
Word = Annotated[str, Query(max_length=LONGEST_TEXT, pattern=TEXT)]
Tenant = Annotated[str, Query(pattern=DIVISION)]
CursorText = Annotated[str, Query(max_length=LONGEST)]
