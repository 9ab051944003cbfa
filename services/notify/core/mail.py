"""Lay a message out as an e-mail: the same bytes whether they go to a mail server or into a folder."""

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from services.notify.core.messages import Message
from services.notify.core.suppression import SHANGHAI


class BadAddress(Exception):
    """The address cannot stand in a mail header, and never will."""


def email_document(message: Message, *, sender: str, recipient: str) -> bytes:
    """A complete e-mail (RFC 5322, CRLF, ASCII only) in plain text and HTML; raises `BadAddress`.

    Its Message-ID follows from the notice alone, so that a repeated one can be recognised.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = mailbox(sender)
    mail["To"] = mailbox(recipient)
    mail["Subject"] = message.title
    mail["Date"] = format_datetime(message.sent_at.astimezone(SHANGHAI))
    domain = mailbox(sender).domain
    mail["Message-ID"] = f"<{message.notice_id}@{domain}>"
    if message.follows:
        mail["In-Reply-To"] = mail["References"] = f"<{message.follows}@{domain}>"
    told = [item.notice_id for item in message.items] or [message.notice_id]
    mail["X-Bihuan-Notices"] = " ".join(told)  # what a mail tells can be found in the trail
    mail["Auto-Submitted"] = "auto-generated"  # holiday answers stay away (RFC 3834)
    mail.set_content(message.text, cte="base64")
    mail.add_alternative(message.html, subtype="html", cte="base64")
    for file in message.attachments:
        kind, _, form = file.media_type.partition("/")
        mail.add_attachment(file.content, maintype=kind, subtype=form, filename=file.name)
    return mail.as_bytes()


def mailbox(address: str) -> Address:
    """The address as a header value: ASCII, one `@`, nothing that could end the header; raises `BadAddress`."""
    try:
        parsed = Address(addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise BadAddress("不是邮箱地址") from error  # without the library's words: they repeat the address
    if not (address.isascii() and address.isprintable() and parsed.domain and parsed.username):
        raise BadAddress("邮箱地址只能用可打印的 ASCII 字符")
    return parsed
