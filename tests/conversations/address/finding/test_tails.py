"""What follows a host is read as far as the link goes, and no further."""

from conversations.address.finding.message import read_message
from conversations.address.finding.tails import Front, with_tail
from tests.cases import for_every

CASES = [
    ("/a/b?c=1#d and more", "/a/b?c=1#d"),
    ("/a[/url] and", "/a"),
    ("/ZM0/https://vm.tiktok.com/ZM1/", "/ZM0/"),
    ("/a,example.org/b", "/a"),
    ("/a?x=\n0madeup0", "/a?x=0madeup0"),
    ("/a?x=\nEntra", "/a?x="),
    ("\\a\\b?c=\\d", "/a/b?c=\\d"),
    ('/a\\"', "/a"),
    ("\\a?b=1\\_2", "/a?b=1_2"),
    ("/48=\n17/p", "/4817/p"),
    ("/48=\n17/p and", "/48="),
    ("/p/12\u0432\u0438\u0434", "/p/12"),
]


@for_every(case=CASES)
def test_a_tail_ends_where_the_sentence_goes_on(case: tuple[str, str]) -> None:
    written, tail = case
    front = "https://vm.tiktok.com"
    reading = with_tail(read_message(front + written), Front(front, 0, len(front), defanged=False))
    assert reading.what == front + tail
