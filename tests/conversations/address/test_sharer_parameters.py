import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.address import read
from conversations.address.finding import find
from conversations.address.listed_parameters import SHARER_PARAMETERS
from conversations.address.sharer_parameters import without_sharer, without_sharer_anywhere
from tests.cases import for_every

PIECES = (
    "?",
    "&",
    "&amp;",
    ";",
    "#",
    "/",
    "=",
    "%",
    "%3F",
    "%26",
    "%3D",
    "%23",
    "fbclid=1",
    "si=2",
    "t=3",
    "url=",
)
ENTRIES = [
    (name.replace("*", ""), host)
    for entry in SHARER_PARAMETERS
    for name in entry.names
    for host in entry.hosts or ("",)
]
FUNCTIONAL = [
    "https://www.youtube.com/watch?v=0madeup0-_1&t=83&list=PL0madeup&index=2&lc=Ugx0",
    "https://youtu.be/0madeup0-_1?t=83",
    "https://www.youtube.com/results?search_query=made+up&sp=CAI%253D",
    "https://www.youtube.com/watch?v=0madeup0-_1&feature=share",
    "https://www.youtube.com/embed/0madeup0-_1?start=10&end=20",
    "https://www.youtube.com/playlist?list=PL0madeup",
    "https://www.youtube.com/attribution_link?a=0&u=%2Fwatch%3Fv%3D0madeup0-_1%26t%3D5",
    "https://www.instagram.com/p/C0MadeUp/?img_index=3&hl=es",
    "https://www.instagram.com/stories/made_up/1/?r=1",
    "https://www.facebook.com/photo.php?fbid=100&id=200&set=a.1&story_fbid=3&v=4&comment_id=5",
    "https://www.facebook.com/story.php?story_fbid=pfbid0MadeUp&id=100",
    "https://www.facebook.com/photo/?fbid=1&set=pcb.2",
    "https://www.facebook.com/watch/?v=100",
    "https://www.facebook.com/groups/1/posts/2/?comment_id=3&reply_comment_id=4",
    "https://www.facebook.com/media/set/?set=a.1&type=3",
    "https://www.facebook.com/event.php?eid=7",
    "https://www.facebook.com/profile.php?id=100&sk=photos",
    "https://www.facebook.com/login/?next=https%3A%2F%2Fwww.facebook.com%2Fmade.up",
    "https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2Fpage%3Fid%3D1%26h%3D2",
    "https://www.tiktok.com/@made.up/video/7000000000000000001?lang=es",
    "https://www.tiktok.com/search?q=made%20up",
    "https://m.kwai.com/photo/1/2?userId=1&photoId=2",
    "https://x.com/i/redirect?url=https%3A%2F%2Fexample.com%2Fa%3Fs%3D1&t=1&cn=2&sig=3",
    "https://x.com/search?q=from%3Amade_up&f=live",
    "https://x.com/intent/user?user_id=7",
    "https://www.reddit.com/r/made_up/comments/0made1/?context=3&sort=new&after=t3_0",
    "https://www.reddit.com/gallery/0made1?%24deep_link=true",
    "https://drive.google.com/open?id=0MadeUp&resourcekey=0-MadeUp&usp=sharing",
    "https://drive.google.com/uc?id=0MadeUp&export=download",
    "https://docs.google.com/document/d/0MadeUp/edit?tab=t.0#heading=h.0",
    "https://photos.google.com/share/0MadeUp?key=0MadeUpKey",
    "https://www.google.com/maps?q=1,2&ll=1,2&z=3",
    "https://www.google.com/url?q=https://example.com/a&sa=D&source=x",
    "https://translate.google.com/translate?sl=auto&tl=en&u=https://example.com/a?b=1",
    "https://www.dropbox.com/scl/fo/0/h?rlkey=0madeup&st=0madeup&dl=0",
    "https://www.terabox.com/sharing/link?surl=0MadeUp&path=%2F",
    "https://mega.nz/folder/0MadeUp#0MadeUpKey",
    "https://mega.nz/file/0MadeUp#0Made-Up_Key",
    "https://mega.nz/embed/0MadeUp#0MadeUpKey!1m",
    "https://1drv.ms/v/s!A0?e=0MadeUp",
    "https://onedrive.live.com/?authkey=%21AMadeUp&id=0%21107&cid=0",
    "https://made-up.sharepoint.com/:v:/g/0MadeUp?e=0MadeUp",
    "https://www.google.com/search?q=made+up&tbm=isch&udm=2&start=10",
    "https://www.bing.com/images/search?q=made+up&form=X&id=0&simid=1",
    "https://duckduckgo.com/?q=made+up&ia=images&iax=images",
    "https://yandex.com/images/search?text=made%20up&rpt=imageview&url=https%3A%2F%2Fexample.com%2Fa",
    "https://mp.weixin.qq.com/s?__biz=0&mid=1&idx=2&sn=3&chksm=4",
    "https://www.xiaohongshu.com/explore/0?xsec_token=0MadeUp",
    "https://www.bilibili.com/video/BV10MadeUp?p=2&t=30",
    "https://www.douyin.com/share/video/1/?mid=2&region=CN",
    "https://weibo.com/ttarticle/p/show?id=1",
    "https://t.me/made_up/5?single&comment=7&t=30",
    "https://t.me/made_up_bot?start=0MadeUp",
    "https://t.me/addlist/0MadeUp?single=1",
    "https://chat.whatsapp.com/0MadeUp?mode=ac_t",
    "https://wa.me/10000000000?text=made%20up",
    "https://vk.com/wall-1_2?reply=3&thread=4",
    "https://vk.com/photo-1_2?z=photo-1_2%2Falbum-1_0&w=wall-1_2",
    "https://ok.ru/video/1?st.cmd=anonymVideo",
    "https://www.linkedin.com/jobs/view/?currentJobId=7",
    "https://made-up.substack.com/p/a-title?publication_id=1&post_id=2",
    "https://zoom.us/j/1000000000?pwd=0MadeUp.1&tk=0MadeUp",
    "https://www.snapchat.com/spotlight/0MadeUp?locale=en-US",
    "https://discord.com/invite/0MadeUp?event=7",
    "https://www.pinterest.com/search/pins/?q=made%20up&rs=typed",
    "https://cdn.discordapp.com/attachments/1/2/a.mp4?ex=6&is=6&hm=0&",
    "https://invite.viber.com/?g2=0MadeUp_-1",
    "https://line.me/ti/g2/0MadeUp?utm_source=invitation",
    "https://web.archive.org/web/20260101000000/https://example.com/a?b=1&c=2",
    "https://archive.ph/search/?q=example.com",
    "https://example-com.translate.goog/a?_x_tr_sl=auto&_x_tr_tl=en",
    "https://www.roblox.com/games/1/A?privateServerLinkCode=0MadeUp",
    "https://boards.example.org/index.php?showtopic=3&page=2#entry7",
    "https://example.com/a?lang=fr&page=3&q=made%20up&ref=b&source=c&from=d&id=e&key=f&token=g",
    "https://example.com/a;jsessionid=1?b=1;c=2",
    "https://example.com/a?b=what?si=1&c=is;t=2",
    "https://example.com/a&b=1/c",
    "https://x.com/a;t=5",
    "https://example.com/view.php?s=1&t=2&si=3&r=4&key=5&user_id=6&timestamp=7&sender=8&ei=9&is=1&_t=2&uin=3",
    "https://example.com/view.php?h=1&e=2&mid=3&fid=4&uid=5&nid=6&did=7&j=8&eid=9&lst=1&share_url=2&web_id=3&uname=4",
    "https://example.com/viewtopic.php?f=2&t=34&sid=5&p=6#p6",
    "https://example.com/#!/a?share_id=1",
]
# What was shared, and what is left of it.
FORMS = {
    "a second ?": (
        "https://www.youtube.com/watch?v=0madeup?si=0X",
        "https://www.youtube.com/watch?v=0madeup",
    ),
    "no ?": ("https://youtu.be/0madeup&si=0X", "https://youtu.be/0madeup"),
    "no ?, another stays": ("https://youtu.be/0madeup&si=0X&t=83", "https://youtu.be/0madeup&t=83"),
    "a semicolon": ("https://example.com/a?b=1;fbclid=x", "https://example.com/a?b=1"),
    "a semicolon first": ("https://example.com/a?fbclid=x;b=1", "https://example.com/a?b=1"),
    "a semicolon is not enough for a short name": (
        "https://youtu.be/a?b=1;si=2",
        "https://youtu.be/a?b=1;si=2",
    ),
    "of a web page": ("https://example.com/a?b=1&amp;fbclid=x&amp;c=2", "https://example.com/a?b=1&amp;c=2"),
    "an encoded ?": ("https://example.com/a%3Ffbclid=x", "https://example.com/a"),
    "an encoded ? and name": ("https://example.com/a%3ffbclid%3Dx%26b%3D1", "https://example.com/a%3fb%3D1"),
    "in the fragment": ("https://example.com/#/a?fbclid=x&b=1", "https://example.com/#/a?b=1"),
    "no short name in the fragment": ("https://youtu.be/#/a?si=1", "https://youtu.be/#/a?si=1"),
    "in a link of this one": (
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2Fa%3Fb%3D1%26fbclid%3DIwX&h=AT0&s=1",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2Fa%3Fb%3D1&s=1",
    ),
    "alone in a link of this one": (
        "https://l.instagram.com/?u=https%3A%2F%2Fexample.com%2F%3Ffbclid%3DPAX&e=AT0",
        "https://l.instagram.com/?u=https%3A%2F%2Fexample.com%2F",
    ),
    "in a link of this one, before its fragment": (
        "https://example.com/?u=https%3A%2F%2Fexample.org%2F%3Ffbclid%3DPAX%23b",
        "https://example.com/?u=https%3A%2F%2Fexample.org%2F%23b",
    ),
    "in a plain link of this one": (
        "https://example.com/?u=https://example.org/a?fbclid=x",
        "https://example.com/?u=https://example.org/a",
    ),
    "no short name of a link in this one": (
        "https://x.com/share?url=https://example.org/a?s=1",
        "https://x.com/share?url=https://example.org/a?s=1",
    ),
    "a mail's link of X": (
        "https://x.com/i/redirect?url=https%3A%2F%2Fx.com%2Fa&t=1&uid=2&nid=3&iid=4&sig=5",
        "https://x.com/i/redirect?url=https%3A%2F%2Fx.com%2Fa&t=1&sig=5",
    ),
    "Kwai": (
        "https://m.kwai.com/photo/1/2?userId=1&share_device_id=ANDROID_0&share_uid=3&share_id=ANDROID_0_4&fid=3",
        "https://m.kwai.com/photo/1/2?userId=1",
    ),
    "Facebook's address bar": (
        "https://www.facebook.com/made.up?rdid=0X&share_url=https%3A%2F%2Fwww.facebook.com%2Fshare%2F1X%2F",
        "https://www.facebook.com/made.up",
    ),
    "every name begun so": (
        "https://reddit.app.link/0?mweb_user_id_2=1&a=1",
        "https://reddit.app.link/0?a=1",
    ),
    "a label that only looks like Google's": (
        "https://google.example.com/a?ei=1",
        "https://google.example.com/a?ei=1",
    ),
    "Google's under any suffix": ("https://www.google.co.uk/a?ei=1&q=2", "https://www.google.co.uk/a?q=2"),
    "what holds on google.* and on one host": (
        "https://docs.google.com/a?ei=1&ouid=2",
        "https://docs.google.com/a",
    ),
}


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
        assert find(f"{page}?a=1&no{name}=0").addresses[0].given == f"{page}?a=1&no{name}=0"


@for_every(entry=[(name, host) for name, host in ENTRIES if host and (name, "") not in ENTRIES])
def test_a_parameter_of_one_host_stays_on_every_other(entry: tuple[str, str]) -> None:
    """A short name is a sharer's on one site and the page itself on another."""
    name, host = entry
    of_host = host.replace(".*", ".com").replace(".onion", ".com")
    for site in ("example.com", f"not{of_host}", f"{of_host}.example"):
        kept = f"https://{site}/a?{name}=1"
        assert find(kept).addresses[0].given == kept


@for_every(kept=FUNCTIONAL)
def test_what_a_page_needs_is_kept(kept: str) -> None:
    """Analysts get the exact page: no parameter that leads to it is lost."""
    address = read(kept)
    assert address is not None
    assert address.given == kept
    assert find(kept).addresses == (address,)
    assert without_sharer_anywhere(kept, kept.split("/")[2]) == kept


def test_an_encoded_name_is_the_same_name() -> None:
    """Percent-encoding does not smuggle a sharer through."""
    assert find("https://example.com/a?%66bclid=x&b=1").addresses[0].given == "https://example.com/a?b=1"


@for_every(form=FORMS)
def test_it_is_taken_out_in_every_form_in_which_it_is_shared(form: str) -> None:
    """All else keeps every byte, and what is left is left as it is."""
    shared, left = FORMS[form]
    host = shared.split("/")[2]
    assert without_sharer_anywhere(shared, host) == left
    assert without_sharer_anywhere(left, host) == left


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_what_was_cleaned_is_clean(rest: str) -> None:
    """Cleaning again changes nothing, so what was kept is read as the same address."""
    for host in ("example.com", "youtu.be", "x.com"):
        once = without_sharer_anywhere(rest, host)
        assert without_sharer_anywhere(once, host) == once
        query = without_sharer(f"?{rest}", host)
        assert without_sharer(query, host) == query


@pytest.mark.parametrize("short", ["https://vm.tiktok.com/ZMabc123/", "https://pin.it/4AbCdEf"])
def test_a_short_link_stays_whole(short: str) -> None:
    """Its path may name the sharer, but without it nobody finds the page."""
    assert [address.given for address in find(short).addresses] == [short]
