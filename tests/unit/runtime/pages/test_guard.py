"""What goes wrong in a page is said in words, with a trace id and never with a word of the exception."""

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/toys?minutes=many", 400, "无法理解这个请求"),
        ("/toys/trouble/problem", 403, "没有权限"),
        ("/toys/trouble/conflict", 409, "已经有人处理"),
        ("/toys/trouble/unavailable", 503, "暂时无法读取数据"),
        ("/toys/trouble/defect", 500, "页面出错"),
        ("/static/x/nothing.css", 404, "没有找到"),
    ],
)
def test_trouble_is_a_page_too(client: TestClient, path: str, status: int, words: str) -> None:
    """The status is the one of the API, the words are for people."""
    answer = client.get(path)

    assert (status, True, True) == (answer.status_code, words in answer.text, "追踪号" in answer.text)
    assert "secret" not in answer.text


def test_a_page_can_say_what_is_wrong_in_its_own_words(client: TestClient) -> None:
    """Title, sentence and points, escaped."""
    text = client.get("/toys/trouble/sentence").text

    assert "<h1>卖完了</h1>\n  <p>已经卖出。</p>" in text
    assert "<li>第一</li><li>&lt;第二&gt;</li>" in text
