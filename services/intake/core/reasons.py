"""Name every reason for which intake refuses something, with a sentence for the sender and what mends it.

The list is closed: a dead letter, an outcome of the HTTP door and a refused row of a ledger carry one of these codes
and nothing else, so that an operator can count them, and a sender can look one up.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Reason(StrEnum):
    """Why something was refused; the value is the code on the wire."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"
    NUL_CHARACTER = "nul_character"
    LONE_SURROGATE = "lone_surrogate"
    TOO_DEEP = "too_deep"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    DUPLICATE_KEY = "duplicate_key"
    NUMBER_NOT_FINITE = "number_not_finite"
    NUMBER_OUT_OF_RANGE = "number_out_of_range"
    MISSING_ATTRIBUTE = "missing_attribute"
    BAD_ATTRIBUTE = "bad_attribute"
    TIME_WITHOUT_OFFSET = "time_without_offset"
    BAD_TIME = "bad_time"
    BAD_TENANT = "bad_tenant"
    UNKNOWN_TYPE = "unknown_type"
    NEWER_VERSION = "newer_version"
    UNSUPPORTED_CONTENT = "unsupported_content"
    INVALID_DATA = "invalid_data"
    ID_CONFLICT = "id_conflict"
    UNKNOWN_SOURCE = "unknown_source"
    NOT_ALLOWED = "not_allowed"
    NO_COMMITTEE = "no_committee"
    BAD_ROW = "bad_row"
    REPEATED_ROW_KEY = "repeated_row_key"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a reason says to the one who sent the event."""

    #: One Chinese sentence: what is wrong.
    sentence: str
    #: One Chinese sentence: what the sender or the operator does about it.
    mend: str


EXPLANATIONS: MappingProxyType[Reason, Explanation] = MappingProxyType(
    {
        Reason.EMPTY: Explanation("报文是空的。", "发送完整的 CloudEvents 事件；不要发送空值（墓碑消息）。"),
        Reason.TOO_LARGE: Explanation("报文超过大小上限。", "照片、附件只传链接（media），一个事件不要超过 1 MiB。"),
        Reason.NOT_UTF8: Explanation("报文不是 UTF-8 编码。", "由发送方改用 UTF-8 编码（不要用 GBK）后重发。"),
        Reason.NUL_CHARACTER: Explanation("文字中含有空字符（U+0000）。", "由发送方去掉空字符后重发。"),
        Reason.LONE_SURROGATE: Explanation(
            "文字中含有不成对的代理字符。", "发送方截断文字时不要切断一个字符；修正后重发。"
        ),
        Reason.TOO_DEEP: Explanation("报文嵌套层数过多。", "按接口文档的结构发送，嵌套不要超过 32 层。"),
        Reason.NOT_JSON: Explanation("报文不是合法的 JSON。", "用 JSON 库生成报文，不要拼接字符串；修正后重发。"),
        Reason.NOT_AN_OBJECT: Explanation("报文不是一个 JSON 对象。", "一条消息放一个事件对象。"),
        Reason.DUPLICATE_KEY: Explanation("同一个对象里有重复的键。", "每个键只写一次；不清楚以哪个为准，因此不收。"),
        Reason.NUMBER_NOT_FINITE: Explanation("数值是 NaN 或无穷大。", "没有数值时不要写这个字段。"),
        Reason.NUMBER_OUT_OF_RANGE: Explanation("数值超出范围。", "整数不超过 64 位，小数在双精度范围内。"),
        Reason.MISSING_ATTRIBUTE: Explanation(
            "缺少必填的事件属性。", "补上所缺的属性（id、source、type、time、tenant）。"
        ),
        Reason.BAD_ATTRIBUTE: Explanation("事件属性的写法不对。", "按接口文档改正该属性后重发。"),
        Reason.TIME_WITHOUT_OFFSET: Explanation(
            "时间没有写时区。", "写成带时区的 RFC 3339，例如 2023-05-08T09:00:00+08:00。"
        ),
        Reason.BAD_TIME: Explanation("时间不是合法的 RFC 3339 时间。", "改成存在的日期和时间，并写明时区。"),
        Reason.BAD_TENANT: Explanation("行政区划代码的写法不对。", "用 6 到 12 位半角数字的区划代码。"),
        Reason.UNKNOWN_TYPE: Explanation("没有这种事件类型。", "查对接口文档中的事件类型；不要自造类型。"),
        Reason.NEWER_VERSION: Explanation(
            "事件类型的版本比本系统新，先存起来。", "升级本系统后重放这封死信，或由发送方改发旧版本。"
        ),
        Reason.UNSUPPORTED_CONTENT: Explanation("事件内容的格式不受支持。", "data 用 JSON 对象，不要用 data_base64。"),
        Reason.INVALID_DATA: Explanation("事件内容不符合该类型的要求。", "按所列字段逐条改正后重发。"),
        Reason.ID_CONFLICT: Explanation(
            "同一来源用同一个编号发过内容不同的事件。", "每个事件用新的编号；更正旧事件用 correction 写明旧编号。"
        ),
        Reason.UNKNOWN_SOURCE: Explanation(
            "这个来源没有登记。", "用 bihuan sources register 登记来源后重放，或改正 source 属性。"
        ),
        Reason.NOT_ALLOWED: Explanation(
            "发送方无权为这个来源或这个辖区发送事件。", "改正 tenant 或 source，或者请管理员放宽来源、密钥的范围。"
        ),
        Reason.NO_COMMITTEE: Explanation(
            "这个辖区不在任何已启用文件的安委会之下。", "核对区划代码；启用该地的文件后重放这封死信。"
        ),
        Reason.BAD_ROW: Explanation("这一行不能变成事件。", "按所列各列改正后重新导入；已导入的行不会重复。"),
        Reason.REPEATED_ROW_KEY: Explanation("表中有两行用了同一个编号。", "给每一行不同的编号，或在映射里换一个键。"),
    }
)
