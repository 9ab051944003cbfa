"""Say what the check of uploaded templates has against one."""

from services.notify.exports.library import InvalidTemplate, check


def fault_of(docx: bytes) -> str:
    """The reason of its refusal, empty where it is accepted."""
    try:
        check(docx)
    except InvalidTemplate as error:
        return str(error)
    return ""
