import pytest

from conversations.address import canonical, host

HASH = "0123456789abcdef0123456789abcdef01234567"
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
    ("6 sharer", "https://example.com/a?fbclid=x", "https://example.com/a"),
    ("7 http and https", "http://example.com/a", "https://example.com/a"),
    ("7 with its own port", "http://example.com:80/a", "https://example.com/a"),
    ("8 Telegram's hosts", "https://telegram.me/made_up/5", "https://t.me/made_up/5"),
    ("8 Telegram's www", "https://www.t.me/made_up/5", "https://t.me/made_up/5"),
    ("8 Telegram's own host of a name", "https://made_up.t.me/5", "https://t.me/made_up/5"),
    ("8 case of a name", "https://t.me/Made_Up/5", "https://t.me/made_up/5"),
    ("8 preview", "https://t.me/s/made_up/5", "https://t.me/made_up/5"),
    ("8 tg: channel", "tg://resolve?domain=Made_Up", "https://t.me/made_up"),
    ("8 tg: post", "tg:resolve?domain=made_up&post=5", "https://t.me/made_up/5"),
    ("8 tg: invitation", "tg://join?invite=0MadeUp", "https://t.me/+0MadeUp"),
    ("8 tg: private post", "tg://privatepost?channel=100&post=5", "https://t.me/c/100/5"),
    ("8 old invitation", "https://t.me/joinchat/0MadeUp", "https://t.me/+0MadeUp"),
    ("8 encoded invitation", "https://t.me/%2B0MadeUp", "https://t.me/+0MadeUp"),
    ("9 magnet", f"magnet:?dn=x&xt=urn:btih:{HASH.upper()}&tr=y", f"magnet:?xt=urn:btih:{HASH}"),
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
]


@pytest.mark.parametrize(("left", "right"), [pair[1:] for pair in EQUAL], ids=[pair[0] for pair in EQUAL])
def test_what_the_list_names_is_equal(left: str, right: str) -> None:
    """Every line of the written list holds, and the second spelling is the canonical one or becomes it."""
    assert canonical(left) == canonical(right)


@pytest.mark.parametrize(
    ("left", "right"), [pair[1:] for pair in DIFFERENT], ids=[pair[0] for pair in DIFFERENT]
)
def test_what_the_list_does_not_name_stays_different(left: str, right: str) -> None:
    """Nothing is merged on a guess."""
    assert canonical(left) != canonical(right)


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
