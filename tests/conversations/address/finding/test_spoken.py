"""A dictated address is read, and prose is not."""

from conversations.address.finding.spoken import spoken_in
from tests.cases import for_every

DICTATED = [
    ("its forum dot example dot com slash thread 4711", "https://forum.example.com/thread"),
    ("example . com", "https://example.com"),
    ("foro punto ejemplo punto org barra chicos", "https://foro.ejemplo.org/chicos"),
    ("triple w dot forum dot com slash boys", "https://www.forum.com/boys"),
    ("\u0441\u0430\u0439\u0442 forum \u043a\u0440\u0430\u043f\u043a\u0430 com", "https://forum.com"),
    ("t. me/made_up", "https://t.me/made_up"),
]
PROSE = [
    "at this point no one knows",
    "I saw it. Me too",
    "il est au point de partir",
    "We saw it yesterday. It was bad.",
    "no dots at all",
    "they sent it. Me/you know",
]


@for_every(case=DICTATED)
def test_a_dictated_address_is_read(case: tuple[str, str]) -> None:
    text, address = case
    assert list(spoken_in(text)) == [address]


@for_every(text=PROSE)
def test_prose_is_no_address(text: str) -> None:
    assert list(spoken_in(text)) == []
