import pytest

from conversations.address.finding import find

EXACT = [
    ("https://en.wikipedia.org/wiki/Made_(up)", "https://en.wikipedia.org/wiki/Made_(up)"),
    ("(https://en.wikipedia.org/wiki/Made_(up))", "https://en.wikipedia.org/wiki/Made_(up)"),
    ("[https://example.com/a[1]]", "https://example.com/a[1]"),
    ("https://example.com/a?!.", "https://example.com/a"),
    ("*https://example.com/a*", "https://example.com/a"),
    ("https://example.com/a*", "https://example.com/a*"),
    ("https://youtu.be/0madeup0-__", "https://youtu.be/0madeup0-__"),
    ("https://example.com/\u0645\u200c\u0646", "https://example.com/\u0645\u200c\u0646"),
    ("https://example.com/\u0645\u200c\u200cx\u200d\u200b\u200c\u0646", "https://example.com/\u0645x\u0646"),
    ("https://example.com.Gracias por todo", "https://example.com"),
    ("https://example.com.Gracias/a", "https://example.com.Gracias/a"),
    ("https://example.com\u4f60\u597d", "https://example.com"),
    ("\u4f60\u597dexample.com\u4f60\u597d", "https://example.com"),
    ("https://example.com... and more", "https://example.com"),
    ("https://example.com/?next=https://example.org/b", "https://example.com/?next=https://example.org/b"),
    ("https://example.com/https://example.org/b", "https://example.com/https://example.org/b"),
    ("https://example.com/x[.]y(.)z", "https://example.com/x[.]y(.)z"),
    ("hxxps://example.com/x[.]y", "https://example.com/x.y"),
    ("https://example.com/a.?igsh=1&fbclid=0", "https://example.com/a.?igsh=1"),
    ("https://example.com/a?fbclid=0#b", "https://example.com/a#b"),
    ("https://example.com/a?b=1&fbclid=0)", "https://example.com/a?b=1"),
    ("htpps://example.com/a", "https://example.com/a"),
    ("ht tps://example.com/a", "https://example.com/a"),
    ("ttp://example.com/a", "http://example.com/a"),
    ("https://https://example.com/a", "https://example.com/a"),
    ("8.8.8.8/a", "http://8.8.8.8/a"),
    ("blob:https://example.com/0-0", None),
    ("ssh://example.com/a", None),
    ("video.zip in video.mov", None),
    ("https://example.com/video.zip", "https://example.com/video.zip"),
    ("video.zip/a", "https://video.zip/a"),
    ("see https://example.com/a\n/start", "https://example.com/a"),
    ("see https://example.com/a\n#tag", "https://example.com/a"),
    ("see https://example.com/a?\nThanks", "https://example.com/a"),
]


@pytest.mark.parametrize(("text", "given"), EXACT)
def test_a_link_is_taken_from_its_sentence_as_it_was_meant(text: str, given: str | None) -> None:
    """Marks of the sentence go, marks of the link stay; a file's name or a command is no link."""
    assert [address.given for address in find(text).addresses] == ([given] if given else [])


def test_a_bare_channel_name_counts_only_where_it_is_asked_for() -> None:
    """Elsewhere an "@name" may be the reporter's own."""
    assert find("it is @made_up").addresses == ()
    assert [address.given for address in find("it is @made_up.", handles=True).addresses] == ["@made_up"]
    assert find("@me @1.2 a@example.com", handles=True).addresses == ()
