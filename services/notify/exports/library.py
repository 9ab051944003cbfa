"""Take templates: those that ship, and those that an installation uploads, refused with the name of what is wrong."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

from docxtpl import DocxTemplate
from jinja2 import TemplateSyntaxError, UndefinedError, meta
from jinja2.exceptions import SecurityError
from lxml import etree

from services.notify.core.letters.paper import FIELDS, NEEDED
from services.notify.exports.docx import SHIPPED, digest, environment, render
from services.notify.exports.template_source import VERSION
from services.notify.store.letter_papers import ANY_ORGAN, Template

LARGEST: Final = 2 << 20  # bytes of a template
LARGEST_OPEN: Final = 20 << 20  # bytes of all its parts
FORMS: Final = ("letter", "paper")

# Every text of it occurs in it once, so that what is missing from a page can be named.
_SAMPLE: Final[dict[str, Any]] = {
    "head": "甲市安全生产委员会办公室文件",
    "number": "甲安委办〔2026〕1号",
    "signer": "签发人员",
    "draft_mark": "送审稿",
    "title_lines": ["关于乙的函"],
    "addressees": "乙区安全生产委员会办公室",
    "opening": ["正文开头。"],
    "facts": [{"label": "表中名称", "words": "表中内容"}],
    "grounds": ["依据条文。"],
    "demands": ["工作要求一。"],
    "sections": {"facts": "一、表的标题", "grounds": "二、依据的标题", "demands": "三、要求的标题"},
    "closing": "特此函告。",
    "attachments": ["附件：附件名称"],
    "signature": "署名机关",
    "issued_on": "二〇二六年一月一日",
    "annexes": [{"mark": "附件标记", "title": "附件标题", "lines": ["附件正文。"]}],
    "copies": "抄送机关",
    "printed_by": "印发机关",
    "printed_on": "2026年1月1日印发",
}


class InvalidTemplate(Exception):
    """A template cannot be used; the message names what is wrong and how to mend it, in Chinese."""


@cache
def shipped(form: str) -> Template:
    """The template of a form that ships."""
    docx = (SHIPPED / f"{form}.docx").read_bytes()
    return Template(ANY_ORGAN, form, VERSION, digest(docx), docx)


def check(docx: bytes) -> None:
    """Raise `InvalidTemplate` unless a letter can be made with it: opened, every field known, nothing lost, nothing foreign."""
    _check_package(docx)
    try:
        document = DocxTemplate(io.BytesIO(docx))
        document.init_docx()
        words = document.patch_xml(document.get_xml())
        named = meta.find_undeclared_variables(environment().parse(words))
    except TemplateSyntaxError as error:
        raise InvalidTemplate(f"模板语法有误：{error.message}（第 {error.lineno} 处标记附近）") from error
    except (KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise InvalidTemplate("不是可以打开的 DOCX 文件") from error
    for field in sorted(named - FIELDS.keys()):
        raise InvalidTemplate(f"模板中的字段 {field} 不存在；可用字段：{'、'.join(FIELDS)}")
    for field in sorted(NEEDED - named):
        raise InvalidTemplate(f"模板缺少字段 {field}（{FIELDS[field]}），公文会缺少这部分内容")
    try:
        made = render(docx, _SAMPLE)
    except UndefinedError as error:
        raise InvalidTemplate(f"模板中的字段不存在：{error.message}") from error
    except SecurityError as error:
        raise InvalidTemplate("模板中有不允许的表达式；只能引用字段、循环和判断") from error
    _check_result(made, named)


def _check_result(docx: bytes, named: Iterable[str]) -> None:
    """Nothing of the template's language is left where the reader would see it, and nothing of the sample is missing."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        text = archive.read("word/document.xml").decode()
    if any(mark in text for mark in ("{{", "}}", "{%", "%}")):
        raise InvalidTemplate("模板中有没有写完的标记（{{ }} 或 {% %} 不成对）")
    for field in sorted(named):
        if not all(words in text for words in _texts(_SAMPLE[field])):
            raise InvalidTemplate(f"模板没有把字段 {field}（{FIELDS[field]}）写完整")


def _texts(sample: Any) -> Iterator[str]:
    """Every text of a sample value."""
    if isinstance(sample, str):
        yield sample
    elif isinstance(sample, dict):
        yield from (text for value in sample.values() for text in _texts(value))
    else:
        yield from (text for value in sample for text in _texts(value))


def _check_package(docx: bytes) -> None:
    """A zip of moderate size, without programs and without anything that is fetched from elsewhere."""
    if len(docx) > LARGEST:
        raise InvalidTemplate(f"模板超过 {LARGEST >> 20} MB")
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > LARGEST_OPEN:
                raise InvalidTemplate(f"模板解压后超过 {LARGEST_OPEN >> 20} MB")
            for part in parts:
                if "vbaProject" in part.filename or part.filename.endswith(".bin"):
                    raise InvalidTemplate(f"模板含有宏或嵌入程序（{part.filename}），请另存为不含宏的 .docx")
                if part.filename.endswith(".rels") and b'"External"' in archive.read(part):
                    raise InvalidTemplate(f"模板引用了外部文件（{part.filename}），请改为嵌入")
    except zipfile.BadZipFile as error:
        raise InvalidTemplate("不是 DOCX 文件") from error
