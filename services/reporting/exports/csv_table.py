"""Print a form as CSV: its first table, or all of them one below the other, without formulas."""

import io
from collections.abc import Iterator

from runtime import text_csv
from runtime.text_csv import guarded
from services.reporting.core.forms.form import Form, Sheet
from services.reporting.exports.text import shown

_HELD = 64 << 10


def stream(form: Form) -> Iterator[bytes]:
    """The file in pieces."""
    yield text_csv.MARK.encode()
    several = len(form.sheets) > 1
    for number, sheet in enumerate(form.sheets):
        out = io.StringIO(newline="")
        writer = text_csv.writer(out)
        if several:
            writer.writerows([[]] if number else [])
            writer.writerow([guarded(sheet.title)])
        writer.writerow([_head(sheet, place) for place in range(len(sheet.columns))])
        for row in sheet.rows:
            writer.writerow(
                [
                    guarded(text) if not isinstance(value, int | float) else text
                    for value, column in zip(row, sheet.columns, strict=True)
                    for text in [shown(value, percent=column.percent)]
                ]
            )
            if out.tell() > _HELD:
                yield out.getvalue().encode()
                out.seek(0)
                out.truncate()
        yield out.getvalue().encode()


def _head(sheet: Sheet, place: int) -> str:
    column = sheet.columns[place]
    return f"{column.group}/{column.title}" if column.group else column.title
