"""Answer in words when a page cannot be made: a person gets a sentence and a trace id, never an exception."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from runtime.errors import Conflict, Rejected, Unavailable
from runtime.log import get
from runtime.web import Problem

TROUBLES: Final[Mapping[int, tuple[str, str]]] = {
    HTTPStatus.BAD_REQUEST: ("无法理解这个请求", "填写的内容或查询条件有误，请检查后重新提交。"),
    HTTPStatus.UNAUTHORIZED: ("请先登录", "登录后才能查看本页。"),
    HTTPStatus.FORBIDDEN: ("没有权限", "您的岗位不能查看本页或进行这项操作；需要时请联系管理员。"),
    HTTPStatus.NOT_FOUND: ("没有找到", "这里没有您要找的内容，它可能已经更正或移走。"),
    HTTPStatus.CONFLICT: ("已经有人处理", "您打开页面之后内容有了变化，请刷新后再看。"),
    HTTPStatus.TOO_MANY_REQUESTS: ("操作太频繁", "请稍等片刻再试。"),
    HTTPStatus.SERVICE_UNAVAILABLE: ("暂时无法读取数据", "数据库正在恢复或繁忙，数据没有丢失，请稍后刷新。"),
}
DEFECT: Final = ("页面出错", "系统已经记录了这个错误，请把下面的追踪号告诉维护人员。")

Telling = Callable[[Request, int, str, str, Sequence[str]], Response]

_logger = get(__name__)


class Trouble(Problem):
    """Raise it in a page to answer with `sentence` (Chinese, what is wrong and how to mend it) and its `points`."""

    def __init__(self, status: int, sentence: str, points: Sequence[str] = (), *, title: str = "") -> None:
        super().__init__(status, sentence)
        self.title = title
        self.sentence = sentence
        self.points = tuple(points)


def guarded(tell: Telling) -> type[APIRoute]:
    """Routes whose errors are pages too; `tell` makes the page from (request, status, title, sentence, points)."""

    def trouble(request: Request, status: int, error: Exception | None = None) -> Response:
        title, sentence = TROUBLES.get(status, DEFECT)
        if isinstance(error, Trouble):
            return tell(request, status, error.title or title, error.sentence, error.points)
        return tell(request, status, title, sentence, ())

    class Guarded(APIRoute):
        """A route of a page."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            inner = super().get_route_handler()

            async def guarded(request: Request) -> Response:
                try:
                    return await inner(request)
                except (RequestValidationError, Rejected):
                    return trouble(request, HTTPStatus.BAD_REQUEST)
                except HTTPException as error:
                    if error.status_code < HTTPStatus.BAD_REQUEST:
                        raise  # a way to another page, no trouble
                    return trouble(request, error.status_code, error)
                except Conflict as error:
                    _logger.warning("page not answered", error=str(error))
                    return trouble(request, HTTPStatus.CONFLICT)
                except Unavailable as error:
                    _logger.warning("page not answered", error=str(error))
                    return trouble(request, HTTPStatus.SERVICE_UNAVAILABLE)
                except Exception:  # the last net of a page, as runtime.web's is of a route: log once, answer
                    _logger.exception("defect in a page", path=request.url.path)
                    return trouble(request, HTTPStatus.INTERNAL_SERVER_ERROR)

            return guarded

    return Guarded
