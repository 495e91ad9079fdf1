import pytest

from conversations.address import canonical, host
from conversations.address.finding import find

HASH = "0123456789abcdef0123456789abcdef01234567"
BASE_32 = "AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH"
EQUAL = [
    ("1 scheme and host", "HTTPS://EXAMPLE.com/A", "https://example.com/A"),
    ("1 IDNA", "https://b\u00fccher.example/", "https://xn--bcher-kva.example/"),
    ("1 default port", "https://example.com:443/a", "https://example.com/a"),
    ("1 dot segments", "https://example.com/a/./b/../c", "https://example.com/a/c"),
    ("1 backslashes", "https:\\\\example.com\\a", "https://example.com/a"),
    ("1 percent-encoding", "https://example.com/\u0645", "https://example.com/%D9%85"),
    ("1 empty userinfo", "https://@example.com/a", "https://example.com/a"),
    ("2 final dot", "https://example.com./a", "https://example.com/a"),
    ("3 empty path", "https://example.com", "https://example.com/"),
    ("3 empty path of IPFS", "ipfs://QmMadeUp", "ipfs://QmMadeUp/"),
    ("4 empty query", "https://example.com/a?", "https://example.com/a"),
    ("4 empty fragment", "https://example.com/a#", "https://example.com/a"),
    ("5 hexadecimal", "https://example.com/%d9%85", "https://example.com/%D9%85"),
    ("5 a letter", "https://example.com/%41%7e?%62=%2D", "https://example.com/A~?b=-"),
    ("6 sharer", "https://example.com/a?fbclid=x", "https://example.com/a"),
    ("6 sharer without a ?", "https://youtu.be/0MadeUp&si=x", "https://youtu.be/0MadeUp"),
    ("6 campaign", "https://example.com/a?b=1&utm_source=c&utm_anything=d", "https://example.com/a?b=1"),
    ("6 campaign of one host", "https://www.facebook.com/a?ref=share", "https://www.facebook.com/a"),
    ("6 campaign of an invitation", "https://line.me/ti/g2/0?utm_source=a", "https://line.me/ti/g2/0"),
    ("7 http and https", "http://example.com/a", "https://example.com/a"),
    ("7 with its own port", "http://example.com:80/a", "https://example.com/a"),
    ("8 Telegram's hosts", "https://telegram.me/made_up/5", "https://t.me/made_up/5"),
    ("8 Telegram's www", "https://www.t.me/made_up/5", "https://t.me/made_up/5"),
    ("8 Telegram's own host of a name", "https://made_up.t.me/5", "https://t.me/made_up/5"),
    ("8 case of a name", "https://t.me/Made_Up/5", "https://t.me/made_up/5"),
    ("8 final slash", "https://t.me/made_up/", "https://t.me/made_up"),
    ("8 final slash of a post", "https://t.me/made_up/5/?a=1", "https://t.me/made_up/5?a=1"),
    ("8 final slash of a host", "https://made_up.t.me/?start=a", "https://t.me/made_up?start=a"),
    ("8 @", "https://t.me/@Made_Up", "https://t.me/made_up"),
    ("8 single", "https://t.me/made_up/5?single", "https://t.me/made_up/5"),
    (
        "8 single of a comment",
        "https://t.me/made_up/5?single&comment=7#a",
        "https://t.me/made_up/5?comment=7#a",
    ),
    ("8 encoded name", "https://t.me/%6Dade_up", "https://t.me/made_up"),
    ("8 old invitation with a fragment", "https://t.me/joinchat/0MadeUp#a", "https://t.me/+0MadeUp#a"),
    ("8 preview", "https://t.me/s/made_up/5", "https://t.me/made_up/5"),
    ("8 tg: channel", "tg://resolve?domain=Made_Up", "https://t.me/made_up"),
    ("8 tg: post", "tg:resolve?domain=made_up&post=5", "https://t.me/made_up/5"),
    ("8 tg: invitation", "tg://join?invite=0MadeUp", "https://t.me/+0MadeUp"),
    ("8 tg: private post", "tg://privatepost?channel=100&post=5", "https://t.me/c/100/5"),
    ("8 old invitation", "https://t.me/joinchat/0MadeUp", "https://t.me/+0MadeUp"),
    ("8 encoded invitation", "https://t.me/%2B0MadeUp", "https://t.me/+0MadeUp"),
    ("9 magnet", f"magnet:?dn=x&xt=urn:btih:{HASH.upper()}&tr=y", f"magnet:?xt=urn:btih:{HASH}"),
    ("9 base 32", f"magnet:?xt=urn:btih:{BASE_32}", f"magnet:?xt=urn:btih:{HASH}"),
    ("9 base 32, small", f"magnet:?xt=urn:btih:{BASE_32.lower()}&dn=x", f"magnet:?xt=urn:btih:{HASH}"),
    ("10 handle", "@Made_Up", "@made_up"),
]
DIFFERENT = [
    ("www.", "https://www.example.com/a", "https://example.com/a"),
    ("m.", "https://m.example.com/a", "https://example.com/a"),
    ("final slash", "https://example.com/a/", "https://example.com/a"),
    ("order of parameters", "https://example.com/?a=1&b=2", "https://example.com/?b=2&a=1"),
    ("fragment", "https://example.com/a#1", "https://example.com/a#2"),
    ("case of the path", "https://example.com/A", "https://example.com/a"),
    ("userinfo", "https://a:b@example.com/", "https://example.com/"),
    ("a port that is not the scheme's own", "http://example.com:443/", "https://example.com:443/"),
    ("case of an invitation", "https://t.me/+0madeup", "https://t.me/+0MadeUp"),
    ("case of a folder's code", "https://t.me/addlist/0madeup", "https://t.me/addlist/0MadeUp"),
    ("comment of a post", "https://t.me/made_up/5?comment=1", "https://t.me/made_up/5?comment=2"),
    ("IPFS gateway", "https://ipfs.io/ipfs/QmMadeUp", "ipfs://QmMadeUp/"),
    ("encoded slash", "https://example.com/a%2Fb", "https://example.com/a/b"),
    ("torrent", f"magnet:?xt=urn:btih:{HASH}", f"magnet:?xt=urn:btih:{HASH[::-1]}"),
    ("handle and channel", "@made_up", "https://t.me/made_up"),
    ("empty parameter", "https://example.com/?a=", "https://example.com/?a"),
    ("encoded ?", "https://example.com/a%3Fb", "https://example.com/a?b"),
    ("encoded &", "https://example.com/?a=1%26b=2", "https://example.com/?a=1&b=2"),
    ("encoded %", "https://example.com/%2541", "https://example.com/A"),
    ("two slashes", "https://example.com//a", "https://example.com/a"),
    ("#!", "https://example.com/#!a", "https://example.com/#a"),
    ("index", "https://example.com/index.html", "https://example.com/"),
    ("a space as + and as %20", "https://example.com/?q=a+b", "https://example.com/?q=a%20b"),
    ("page number", "https://example.com/?page=1", "https://example.com/?page=2"),
    ("language", "https://example.com/?lang=es", "https://example.com/?lang=fr"),
    ("ref on any site", "https://example.com/?ref=a", "https://example.com/"),
    ("video", "https://youtu.be/0MadeUp0001", "https://youtu.be/0MadeUp0002"),
    ("case of a video's id", "https://youtu.be/0MadeUp0001", "https://youtu.be/0madeup0001"),
    ("time mark", "https://youtu.be/0MadeUp0001?t=1", "https://youtu.be/0MadeUp0001?t=2"),
    ("comment of a video", "https://youtube.com/watch?v=0&lc=1", "https://youtube.com/watch?v=0&lc=2"),
    (
        "picture of an album",
        "https://www.instagram.com/p/C0/?img_index=1",
        "https://www.instagram.com/p/C0/?img_index=2",
    ),
    (
        "Facebook post",
        "https://facebook.com/story.php?story_fbid=1&id=2",
        "https://facebook.com/story.php?story_fbid=3&id=2",
    ),
    ("Facebook set", "https://facebook.com/media/set/?set=a.1", "https://facebook.com/media/set/?set=a.2"),
    ("Facebook comment", "https://facebook.com/a?comment_id=1", "https://facebook.com/a?comment_id=2"),
    (
        "target of an exit",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fa.example",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fb.example",
    ),
    ("target of X", "https://x.com/i/redirect?url=a&t=1", "https://x.com/i/redirect?url=a&t=2"),
    ("Kwai video", "https://m.kwai.com/photo/1/2?userId=1", "https://m.kwai.com/photo/1/2?userId=2"),
    ("VK post", "https://vk.com/feed?w=wall-1_2", "https://vk.com/feed?w=wall-1_3"),
    ("MEGA key", "https://mega.nz/file/0#1", "https://mega.nz/file/0#2"),
    (
        "Drive key",
        "https://drive.google.com/open?id=0&resourcekey=1",
        "https://drive.google.com/open?id=0&resourcekey=2",
    ),
    (
        "Discord file",
        "https://cdn.discordapp.com/a?ex=1&is=1&hm=1",
        "https://cdn.discordapp.com/a?ex=1&is=1&hm=2",
    ),
    (
        "snapshot",
        "https://web.archive.org/web/1/https://a.example",
        "https://web.archive.org/web/2/https://a.example",
    ),
    ("search", "https://www.google.com/search?q=a", "https://www.google.com/search?q=b"),
    ("Telegram post", "https://t.me/made_up/5", "https://t.me/made_up/6"),
    ("Telegram bot's start", "https://t.me/made_up_bot?start=1", "https://t.me/made_up_bot?start=2"),
    ("single without a post", "https://t.me/made_up?single", "https://t.me/made_up"),
    ("boost and channel", "https://t.me/boost/made_up", "https://t.me/made_up"),
    ("private channels", "https://t.me/c/100/5", "https://t.me/c/101/5"),
    ("case of an onion's path", f"http://{'a' * 56}.onion/A", f"http://{'a' * 56}.onion/a"),
    ("www of an onion", f"http://www.{'a' * 56}.onion/", f"http://{'a' * 56}.onion/"),
]


@pytest.mark.parametrize(("left", "right"), [pair[1:] for pair in EQUAL], ids=[pair[0] for pair in EQUAL])
def test_what_the_list_names_is_equal(left: str, right: str) -> None:
    """Every line of the written list holds, and the second spelling is the canonical one or becomes it."""
    assert canonical(left) == canonical(right)
    assert canonical(canonical(left)) == canonical(left)


@pytest.mark.parametrize(
    ("left", "right"), [pair[1:] for pair in DIFFERENT], ids=[pair[0] for pair in DIFFERENT]
)
def test_what_the_list_does_not_name_stays_different(left: str, right: str) -> None:
    """Nothing is merged on a guess."""
    assert canonical(left) != canonical(right)


@pytest.mark.parametrize(
    "rest", ["%%341", "%4%31", "%%2541", "%2%35", "a%%34%31?%%341#%%341", "%3F%66bclid=1"]
)
def test_what_was_decoded_is_not_decoded_again(rest: str) -> None:
    """A "%" that stands alone takes in no digits."""
    once = canonical(f"https://example.com/{rest}")
    assert canonical(once) == once


def test_what_is_given_keeps_the_campaign() -> None:
    """Equality is looser than what is kept: a campaign's name may tell an analyst where a link stood."""
    link = "https://example.com/a?utm_source=b"
    assert find(link).addresses[0].given == link


@pytest.mark.parametrize("text", ["", " ", "no address", "https://", "https://a..example/X", "\ud800", "@"])
def test_what_is_no_address_comes_back_unchanged(text: str) -> None:
    """Canonicalising never raises and never invents."""
    assert canonical(text) == text


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("HTTPS://WWW.Example.COM.:8443/a", "www.example.com"),
        ("https://user@b\u00fccher.example", "xn--bcher-kva.example"),
        ("https://example.com@evil.example/login", "evil.example"),
        ("https://[2606:4700::1111]/", "[2606:4700::1111]"),
        ("https://telegram.me/made_up", "t.me"),
        ("tg://resolve?domain=made_up", "t.me"),
        ("magnet:?xt=urn:btih:" + HASH, None),
        ("ipfs://QmMadeUp/", None),
        ("@made_up", None),
        ("no address", None),
    ],
)
def test_the_host_is_the_canonical_one(given: str, name: str | None) -> None:
    """A search by host finds every spelling of it, Telegram's aliases too."""
    assert host(given) == name
