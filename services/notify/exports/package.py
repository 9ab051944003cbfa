"""Pack the parts of a DOCX: the same parts give the same bytes."""

import io
import zipfile
from typing import Final

XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHAPES: Final = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"

_DRAWING: Final = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    f'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:wps="{SHAPES}"'
)
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # a zip without a time of its own
_TYPES: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def packed(body: str, *, styles: str, odd: str, even: str) -> bytes:
    """A DOCX of this body; `odd` and `even` are the footers of its pages."""
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relationships({"rId1": ("officeDocument", "word/document.xml")}),
        "word/document.xml": f'{XML}<w:document xmlns:w="{W}" xmlns:r="{R}" {_DRAWING} mc:Ignorable="wps">'
        f"<w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": _relationships(
            {
                "rId1": ("styles", "styles.xml"),
                "rId2": ("settings", "settings.xml"),
                "rId3": ("footer", "footer_even.xml"),
                "rId4": ("footer", "footer_odd.xml"),
            }
        ),
        "word/styles.xml": styles,
        "word/settings.xml": f'{XML}<w:settings xmlns:w="{W}"><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="compressPunctuation"/><w:compat><w:compatSetting '
        'w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        "</w:settings>",
        "word/footer_even.xml": even,
        "word/footer_odd.xml": odd,
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), text.encode(), zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _content_types() -> str:
    overrides = {
        "/word/document.xml": f"{_TYPES}.document.main+xml",
        "/word/styles.xml": f"{_TYPES}.styles+xml",
        "/word/settings.xml": f"{_TYPES}.settings+xml",
        "/word/footer_even.xml": f"{_TYPES}.footer+xml",
        "/word/footer_odd.xml": f"{_TYPES}.footer+xml",
    }
    listed = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
    return (
        f'{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )


def _relationships(targets: dict[str, tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{name}" Type="{R}/{kind}" Target="{target}"/>' for name, (kind, target) in targets.items()
    )
    return f'{XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{listed}</Relationships>'
