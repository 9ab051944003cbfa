"""What pages say after an act. It comes back in the address, where anybody could write: only sentences of ours are shown."""

import re
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import Query

EDITED: Final = "已保存修改"
SIGNED: Final = "已签发，正在发出"
DISCARDED: Final = "已作废"
WITHDRAWN: Final = "已起草撤销函，签发后原函撤销"
MINUTES: Final = "已起草约谈纪要"
DRAFTED: Final = "已起草另一份文稿"
RECEIVED: Final = "已登记签收"
REPLIED: Final = "已登记回复"
SCANNED: Final = "已保存回执扫描件"
RETRIED: Final = "已重新排队发送。"
SETTLED: Final = "已登记核实结果。"
ACKNOWLEDGED: Final = "已签收。"
ACKNOWLEDGED_BEFORE: Final = "此前已有人签收。"
SILENCED: Final = "静默已生效。时限照常计算，被静默的通知在发件箱“已抑制”中可查。"
LIFTED: Final = "静默已解除。"
RULED: Final = "已登记 {} 条。"
SEATED: Final = "花名册共 {} 行，{} 行有变化，已生效。"

SENTENCES: Final = (
    *(EDITED, SIGNED, DISCARDED, WITHDRAWN, MINUTES, DRAFTED, RECEIVED, REPLIED, SCANNED),
    *(RETRIED, SETTLED, ACKNOWLEDGED, ACKNOWLEDGED_BEFORE, SILENCED, LIFTED, RULED, SEATED),
)
"""Where `{}` stands, any number does."""

_ANY: Final = "|".join(re.escape(each).replace(r"\ ", " ").replace(r"\{\}", "[0-9]{1,9}") for each in SENTENCES)

Done = Annotated[str, Query(pattern=f"^({_ANY})?$", description="what was done just now")]


def led(path: str, sentence: str, *numbers: int) -> str:
    """The address of a page that begins with one of these sentences."""
    return f"{path}{'&' if '?' in path else '?'}done={quote(sentence.format(*numbers))}"
