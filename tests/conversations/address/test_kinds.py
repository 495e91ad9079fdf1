import pytest

from conversations.address import AddressKind, Unreportable, read
from conversations.address.finding import find
from conversations.wire.report import MAXIMUM_ADDRESS_LENGTH

ONION = "e" * 56 + ".onion"
CONTENT = "Qm" + "a" * 44


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("https://example.com/a", AddressKind.WEB),
        (f"http://{ONION}/a", AddressKind.ONION),
        (f"http://forum.{ONION}/a", AddressKind.ONION),
        ("https://t.me/made_up", AddressKind.TELEGRAM),
        ("https://made_up.t.me", AddressKind.TELEGRAM),
        ("tg://resolve?domain=made_up", AddressKind.TELEGRAM),
        ("https://wa.me/15550100", AddressKind.WHATSAPP),
        ("https://whatsapp.com/channel/0MadeUp", AddressKind.WHATSAPP),
        (f"ipfs://{CONTENT}", AddressKind.IPFS),
        (f"https://gateway.example/ipfs/{CONTENT}/a.png", AddressKind.IPFS),
        ("magnet:?dn=x&xt=urn:btih:" + "a" * 40, AddressKind.MAGNET),
        ("@made.up", AddressKind.HANDLE),
        ("https://notwhatsapp.com/channel/0", AddressKind.WEB),
        ("https://not-t.me/joinchat/0", AddressKind.WEB),
    ],
)
def test_where_an_address_leads(given: str, kind: AddressKind) -> None:
    """The kind follows from the host or the scheme, never from a look-alike."""
    address = read(given)
    assert address is not None
    assert address.kind is kind


@pytest.mark.parametrize(
    ("given", "home"),
    [
        ("https://example.com", True),
        ("https://example.com/", True),
        (f"http://{ONION}/", True),
        ("https://example.com:8443/", True),
        ("https://example.com/?p=1", False),
        ("https://example.com/#gallery", False),
        ("https://example.com/index.html", False),
        (f"https://{'b' + 'a' * 58}.ipfs.dweb.link/", False),
        ("https://made_up.t.me", False),
        ("https://www.made_up.t.me/", False),
        ("https://t.me", True),
        ("https://telegram.me/", True),
    ],
)
def test_a_home_page_has_neither_path_nor_query_nor_fragment(given: str, home: bool) -> None:  # noqa: FBT001 - a table's column
    """Only then is the reporter asked: is it the whole site, or one page."""
    address = read(given)
    assert address is not None
    assert address.home_page is home


@pytest.mark.parametrize(
    ("given", "search"),
    [
        ("https://www.google.com.ar/search?q=made+up", True),
        ("https://www.google.com/search?tbm=isch&q=made+up", True),
        ("https://www.bing.com/images/search?q=made+up&form=X", True),
        ("https://duckduckgo.com/?q=made+up", True),
        ("https://yandex.ru/images/search?text=made+up", True),
        ("https://ya.ru/search/?text=made+up", True),
        ("https://images.search.yahoo.com/search/images;_ylt=0?p=made+up", True),
        ("https://search.brave.com/search?q=made+up", True),
        ("https://www.google.com/imgres?imgurl=a&imgrefurl=b", True),
        ("https://www.google.com/searchbyimage?image_url=a", True),
        ("https://images.google.com/?q=made+up", True),
        ("https://lens.google.com/uploadbyurl?url=a", True),
        ("https://go.mail.ru/search?q=made+up", True),
        ("https://go.mail.ru/search_images?q=made+up", True),
        ("https://petalsearch.com/search?query=made+up", True),
        ("https://www.ask.com/web?q=made+up", True),
        ("https://kagi.com/search?q=made+up", True),
        ("https://ahmia.fi/search/?q=made+up", True),
        ("https://www.mojeek.com/search?q=made+up", True),
        ("https://swisscows.com/en/web?query=made+up", True),
        ("https://search.seznam.cz/?q=made+up", True),
        ("https://image.so.com/i?q=made+up", True),
        ("https://search.aol.com/aol/search?q=made+up", True),
        ("https://nova.rambler.ru/search?query=made+up", True),
        ("https://search.daum.net/search?w=tot&q=made+up", True),
        ("https://coccoc.com/search?query=made+up", True),
        ("https://www.dogpile.com/serp?q=made+up", True),
        ("https://search.lycos.com/web/?q=made+up", True),
        ("https://metager.org/en-US/meta/meta.ger3?eingabe=made+up", True),
        ("https://www.perplexity.ai/search?q=made+up", True),
        ("https://you.com/search?q=made+up", True),
        ("https://tineye.com/search?url=a", True),
        ("https://cloud.mail.ru/public/0/MadeUp?q=1", False),
        ("https://www.google.com/url?q=https://example.com/a", False),
        ("https://www.google.com/maps?q=made+up", False),
        ("https://drive.google.com/file/d/0MadeUp/view", False),
        ("https://duckduckgo.com/", False),
        ("https://example.com/search?q=made+up", False),
        ("https://google.example.com/search?q=made+up", False),
    ],
)
def test_results_of_the_big_search_engines_are_known(given: str, search: bool) -> None:  # noqa: FBT001 - a table's column
    """Only then is the reporter asked for the page behind the result."""
    address = read(given)
    assert address is not None
    assert address.search_results is search


@pytest.mark.parametrize(
    ("given", "joining"),
    [
        ("https://t.me/+0MadeUp", True),
        ("https://t.me/%2B0MadeUp", True),
        ("https://telegram.me/joinchat/0MadeUp", True),
        ("https://t.me/c/1000000001/5", True),
        ("tg://join?invite=0MadeUp", True),
        ("tg://privatepost?channel=1000000001&post=5", True),
        ("https://chat.whatsapp.com/0MadeUp", True),
        ("https://t.me/addlist/0MadeUp", True),
        ("tg://addlist?slug=0MadeUp", True),
        ("https://discord.gg/0MadeUp", True),
        ("https://discord.com/invite/0MadeUp", True),
        ("https://www.discordapp.com/invite/0MadeUp", True),
        ("https://signal.group/#CjQ0MadeUp", True),
        ("https://m.me/j/0MadeUp", True),
        ("https://ig.me/j/0MadeUp", True),
        ("https://line.me/ti/g2/0MadeUp", True),
        ("https://line.me/R/ti/g/0MadeUp", True),
        ("https://vk.me/join/0MadeUp=", True),
        ("https://invite.viber.com/?g2=0MadeUp", True),
        ("https://kik.me/g/0MadeUp", True),
        ("https://zalo.me/g/0madeup", True),
        ("https://open.kakao.com/o/0MadeUp", True),
        ("https://groupme.com/join_group/1/0MadeUp", True),
        ("https://join.skype.com/0MadeUp", True),
        ("https://join.slack.com/t/made-up/shared_invite/0", True),
        ("https://www.guilded.gg/i/0MadeUp", True),
        ("https://discord.com/channels/1/2", False),
        ("https://m.me/made.up", False),
        ("https://line.me/ti/p/~made.up", False),
        ("https://vk.me/made_up", False),
        ("https://discord.gg.example/0MadeUp", False),
        ("https://t.me/+15550100", False),
        ("https://t.me/made_up/5", False),
        ("https://whatsapp.com/channel/0MadeUp", False),
        ("https://example.com/joinchat/0MadeUp", False),
    ],
)
def test_what_only_members_see_is_marked(given: str, joining: bool) -> None:  # noqa: FBT001 - a table's column
    """An invitation is taken as it is; nobody is asked to join. A telephone number is no invitation."""
    address = read(given)
    assert address is not None
    assert address.needs_joining is joining


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("me@example.com", Unreportable.EMAIL),
        ("mailto:me@example.com?subject=x", Unreportable.EMAIL),
        ("made[.]up@example.com", Unreportable.EMAIL),
        ("file:///sdcard/a.mp4", Unreportable.LOCAL_FILE),
        ("\\\\server\\share\\a.mp4", Unreportable.LOCAL_FILE),
        ("D:\\a.mp4", Unreportable.LOCAL_FILE),
        ("/storage/emulated/0/a b.mp4", Unreportable.LOCAL_FILE),
        ("http://127.0.0.1:8000/", Unreportable.PRIVATE_NETWORK),
        ("http://2130706433/", Unreportable.PRIVATE_NETWORK),
        ("http://0x7f.1/a", Unreportable.PRIVATE_NETWORK),
        ("http://169.254.0.9/a", Unreportable.PRIVATE_NETWORK),
        ("http://[fe80::1]/a", Unreportable.PRIVATE_NETWORK),
        ("http://[::ffff:10.0.0.1]/a", Unreportable.PRIVATE_NETWORK),
        ("http://224.0.0.1/", Unreportable.PRIVATE_NETWORK),
        ("http://nas.home.arpa/a", Unreportable.PRIVATE_NETWORK),
        ("http://router/", Unreportable.PRIVATE_NETWORK),
        ("printer.local", Unreportable.PRIVATE_NETWORK),
        ("localhost", Unreportable.PRIVATE_NETWORK),
        ("http://" + "e" * 55 + ".onion/", Unreportable.UNREADABLE),
        ("https://", Unreportable.UNREADABLE),
        ("https://a..example/x", Unreportable.UNREADABLE),
        ("https://" + "a" * 64 + ".example/", Unreportable.UNREADABLE),
        ("https://" + "a." * 130 + "example/", Unreportable.UNREADABLE),
        ("https://xn--a.example/", Unreportable.UNREADABLE),
        ("https://xn--zzzz-.example/", Unreportable.UNREADABLE),
        ("https://a^b.example/", Unreportable.UNREADABLE),
        ("https://1.2.3.256/", Unreportable.UNREADABLE),
        ("https://example.com/" + "a" * MAXIMUM_ADDRESS_LENGTH, Unreportable.TOO_LONG),
        ("https://example.com/" + "\u0645" * (MAXIMUM_ADDRESS_LENGTH // 2), Unreportable.TOO_LONG),
        ("https://example.com/" + "a" * 20000, Unreportable.TOO_LONG),
        ("http://\uff05\uff14\uff11.com", Unreportable.UNREADABLE),
        ("http://[1::2]:3:4", Unreportable.UNREADABLE),
        ("ed2k://|file|a|1|b|/", Unreportable.UNREADABLE),
        ("viber://chat?number=1", Unreportable.UNREADABLE),
        ("intent://example.com/a#Intent;scheme=https;end", Unreportable.UNREADABLE),
        ("fb://profile/1", Unreportable.UNREADABLE),
        ("magnet:?dn=only-a-name", Unreportable.UNREADABLE),
        ("tg://settings", Unreportable.UNREADABLE),
    ],
)
def test_what_only_looks_like_a_link_gets_its_own_answer(text: str, why: Unreportable) -> None:
    """Each of these has no public address, and says why; the parser's own leniency is not ours."""
    found = find(f"look: {text} please")
    assert found.addresses == ()
    assert found.unreportable == (why,)


def test_an_address_and_what_is_none_are_told_apart_in_one_message() -> None:
    """The good link is taken although a bad one stands beside it; the same answer comes once."""
    found = find("10.0.0.1/a, 10.0.0.2/b, https://8.8.8.8/c and me@example.com")
    assert [address.given for address in found.addresses] == ["https://8.8.8.8/c"]
    assert found.unreportable == (Unreportable.PRIVATE_NETWORK, Unreportable.EMAIL)


def test_at_most_20_distinct_addresses_are_taken() -> None:
    """A flood is cut, and one address in two spellings is one."""
    flood = " ".join(
        f"https://example.com/{number // 2} HTTP://EXAMPLE.com/{number // 2}" for number in range(90)
    )
    found = find(flood)
    assert [address.given for address in found.addresses] == [f"https://example.com/{n}" for n in range(20)]
    assert found.left_out
    assert not find(" ".join(f"https://example.com/{number % 20}" for number in range(90))).left_out


def test_a_flood_that_is_no_links_is_not_read_to_its_end() -> None:
    """40 are read with care, and the reporter learns that there was more; words with dots do not count."""
    behind = " https://example.com/a"
    assert not find("me@example.com " * 40 + behind).left_out
    flooded = find("me@example.com " * 41 + behind)
    assert (flooded.addresses, flooded.left_out) == ((), True)
    assert find("photo.jpeg 3.50 e.g. one.word " * 100 + behind).addresses == find(behind).addresses


def test_of_a_flood_of_one_link_a_hundred_are_read_and_known_links_do_not_count() -> None:
    """So the rest of a long list, whose beginning was sent before, always gets through."""
    behind = " https://example.com/b"
    flood = "https://example.com/a " * 120 + behind
    assert find(flood).left_out
    beyond = find(flood, is_known=lambda canonical: canonical.endswith("/a"))
    assert [address.given for address in beyond.addresses] == ["https://example.com/b"]


@pytest.mark.parametrize("text", ["ana(at)mail.example", "write to ana [at] mail [dot] example"])
def test_the_host_of_a_spelt_e_mail_address_is_no_link(text: str) -> None:
    assert find(text).addresses == ()


def test_an_address_is_not_in_its_repr() -> None:
    """Reported addresses never reach a log or an exception's text by way of repr."""
    assert "example" not in repr(find("https://example.com/a"))
