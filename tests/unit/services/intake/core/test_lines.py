"""Lines of a file of events: whose each is, without judging it."""

from services.intake.core.lines import Line, read_lines


def test_lines_are_numbered_as_a_person_counts_them() -> None:
    """Blank lines count and say nothing; what cannot be read belongs to nobody."""
    raw = [b'\xef\xbb\xbf{"source":"/a","tenant":"331081"}\r\n', b"\n", b"{\n", b'{"source":7}']

    assert list(read_lines(raw)) == [
        Line(1, b'{"source":"/a","tenant":"331081"}', "/a", "331081", readable=True),
        Line(3, b"{", None, None, readable=False),
        Line(4, b'{"source":7}', None, None, readable=True),
    ]
