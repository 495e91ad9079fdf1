import pytest

from conversations.address import find, read
from conversations.address.sharer_parameters import SHARER_PARAMETERS
from tests.cases import for_every

ENTRIES = [
    (name, host) for entry in SHARER_PARAMETERS for name in entry.names for host in entry.hosts or ("",)
]
FUNCTIONAL = [
    "https://www.youtube.com/watch?v=0madeup0-_1&t=83&list=PL0madeup&index=2&lc=Ugx0",
    "https://youtu.be/0madeup0-_1?t=83",
    "https://www.instagram.com/p/C0MadeUp/?img_index=3&hl=es",
    "https://www.facebook.com/photo.php?fbid=100&id=200&set=a.1&story_fbid=3&v=4&comment_id=5",
    "https://www.tiktok.com/@made.up/video/7000000000000000001?lang=es",
    "https://www.reddit.com/r/made_up/comments/0made1/?context=3&sort=new&after=t3_0",
    "https://drive.google.com/open?id=0MadeUp&resourcekey=0-MadeUp&usp=sharing",
    "https://docs.google.com/document/d/0MadeUp/edit?tab=t.0#heading=h.0",
    "https://www.dropbox.com/scl/fo/0/h?rlkey=0madeup&st=0madeup&dl=0",
    "https://www.terabox.com/sharing/link?surl=0MadeUp&path=%2F",
    "https://mega.nz/folder/0MadeUp#0MadeUpKey",
    "https://1drv.ms/v/s!A0?e=0MadeUp",
    "https://www.google.com/search?q=made+up&tbm=isch&udm=2&start=10",
    "https://mp.weixin.qq.com/s?__biz=0&mid=1&idx=2&sn=3&chksm=4",
    "https://www.xiaohongshu.com/explore/0?xsec_token=0MadeUp",
    "https://t.me/made_up/5?single&comment=7&t=30",
    "https://example.com/view.php?s=1&t=2&si=3&r=4&key=5&user_id=6&timestamp=7&sender=8&ei=9&is=1&_t=2&uin=3",
    "https://example.com/viewtopic.php?f=2&t=34&sid=5&p=6#p6",
    "https://cdn.discordapp.com/attachments/1/2/a.mp4?ex=6&is=6&hm=0&",
]


@for_every(entry=ENTRIES)
def test_each_entry_is_taken_out_where_it_points_to_the_sharer(entry: tuple[str, str]) -> None:
    """First, last, alone or between, on the host and below it; the other parameters keep their bytes."""
    name, of_host = entry
    host = of_host.replace(".*", ".com.ar") or "example.com"
    for site in (host, f"www.{host}"):
        page = f"https://{site}/p%2f/1"
        assert find(f"{page}?{name}=0MadeUp").addresses[0].given == page
        assert find(f"{page}?{name}=0&a=%2f&&b#c").addresses[0].given == f"{page}?a=%2f&&b#c"
        assert find(f"{page}?a=1&{name}=0&b=2").addresses[0].given == f"{page}?a=1&b=2"
        assert find(f"{page}?a=1&amp;{name}=0").addresses[0].given == f"{page}?a=1"
        assert find(f"{page}?a=1&x{name}=0").addresses[0].given == f"{page}?a=1&x{name}=0"


@for_every(entry=[(name, host) for name, host in ENTRIES if host and (name, "") not in ENTRIES])
def test_a_parameter_of_one_host_stays_on_every_other(entry: tuple[str, str]) -> None:
    """A short name is a sharer's on one site and the page itself on another."""
    name, host = entry
    for site in ("example.com", f"not{host.replace('.*', '.com')}", f"{host.replace('.*', '.com')}.example"):
        given = f"https://{site}/a?{name}=1"
        assert find(given).addresses[0].given == given


@for_every(given=FUNCTIONAL)
def test_what_a_page_needs_is_kept(given: str) -> None:
    """Analysts get the exact page: no parameter that leads to it is lost."""
    address = read(given)
    assert address is not None
    assert address.given == given
    assert find(given).addresses == (address,)


def test_an_encoded_name_is_the_same_name() -> None:
    """Percent-encoding does not smuggle a sharer through."""
    assert find("https://example.com/a?%66bclid=x&b=1").addresses[0].given == "https://example.com/a?b=1"


def test_every_entry_names_a_public_source_and_stands_once() -> None:
    """Nobody has to believe us; and there are enough entries to matter."""
    assert all(entry.source.startswith("https://") and entry.names for entry in SHARER_PARAMETERS)
    assert len(set(ENTRIES)) == len(ENTRIES) >= 30


@pytest.mark.parametrize("given", ["https://vm.tiktok.com/ZMabc123/", "https://pin.it/4AbCdEf"])
def test_a_short_link_stays_whole(given: str) -> None:
    """Its path may name the sharer, but without it nobody finds the page."""
    assert [address.given for address in find(given).addresses] == [given]
