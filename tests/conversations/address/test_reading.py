"""What people paste and type is read as they meant it, and what only they can know is never taken silently.

Each message is one of those that came out wrong when they were tried.
"""

from conversations.address import find
from tests.cases import for_every

SURE: list[tuple[str, list[str]]] = [
    ("http%3A%2F%2", []),
    ("http%3A%2F%2F0.A%3A%2F", ["http://0.A"]),
    ("señoritas.com/x", ["https://señoritas.com/x"]),
    ("mañana.com", ["https://mañana.com"]),
    ("piñata.mx", ["https://piñata.mx"]),
    ("müller.de/a", ["https://müller.de/a"]),
    ("garçon.fr/x", ["https://garçon.fr/x"]),
    ("coração.com.br/a", ["https://coração.com.br/a"]),
    ("señal[.]com/a", ["https://señal.com/a"]),
    ("видео24.com/a", ["https://видео24.com/a"]),
    ("канал1.com/x", ["https://канал1.com/x"]),
    ("你好example.com", ["https://example.com"]),
    ("یہexample.com/a", ["https://example.com/a"]),
    ("قناةabc.com/x", ["https://abc.com/x"]),
    (
        "https://www.instagram.com/reel/C0MadeUp/?igsh=MzRlODBiNWFlZA==\nt.me/made_up_channel",
        ["https://www.instagram.com/reel/C0MadeUp/", "https://t.me/made_up_channel"],
    ),
    (
        "https://open.spotify.com/episode/0MadeUp?si=abc=\nexample.org/page",
        ["https://open.spotify.com/episode/0MadeUp", "https://example.org/page"],
    ),
    ("https://vk.me/join/AJQ1dMadeUp=\nEntra aqui", ["https://vk.me/join/AJQ1dMadeUp="]),
    (
        "https://vk.me/join/AJQ1dMadeUp=\nt.me/made_up",
        ["https://vk.me/join/AJQ1dMadeUp=", "https://t.me/made_up"],
    ),
    (
        "https://cdn.discordapp.com/attachments/1/2/a.mp4?ex=1&is=2&hm=3&\ndiscord.gg/madeup",
        ["https://cdn.discordapp.com/attachments/1/2/a.mp4?ex=1&is=2&hm=3&", "https://discord.gg/madeup"],
    ),
    (
        "https://cdn.discordapp.com/attachments/1/2/a.mp4?ex=1&is=2&hm=3&\nJuan lo mando",
        ["https://cdn.discordapp.com/attachments/1/2/a.mp4?ex=1&is=2&hm=3&"],
    ),
    (
        "https://example.com/a?x=1&\n2) https://example.org/b",
        ["https://example.com/a?x=1&", "https://example.org/b"],
    ),
    ("https://example.com/a\n?que es esto", ["https://example.com/a"]),
    ("https://example.com/a\n=D", ["https://example.com/a"]),
    ("https://boards.example.org/t/1\n/b/ es el foro", ["https://boards.example.org/t/1"]),
    ("https://example.com/a\n/help/", ["https://example.com/a"]),
    ("https://youtube.com/watch?v=\n0madeup0-_1", ["https://youtube.com/watch?v=0madeup0-_1"]),
    ("https%3A%2F%2Fexample.com%2Fa", ["https://example.com/a"]),
    ("about:reader?url=https%3A%2F%2Fexample.com%2Fa", ["https://example.com/a"]),
    ("u=https%3A%2F%2Ft.me%2Fmade_up", ["https://t.me/made_up"]),
    ("%20example.com/a", []),
    ("https%253A%252F%252Fexample.com", ["https://example.com"]),
    (
        "http://eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\neeeeeeeeeeeeeeeee.onion/x",
        ["http://eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee.onion/x"],
    ),
    ("[url]https://example.com/a[/url]", ["https://example.com/a"]),
    ("[img]https://example.com/a.jpg[/img]", ["https://example.com/a.jpg"]),
    ("[url=https://example.com/a]clic aquí[/url]", ["https://example.com/a"]),
    ("[hide]mega.nz/folder/AAAA#KEY[/hide]", ["https://mega.nz/folder/AAAA#KEY"]),
    (
        "[url=https://example.com/a][img]https://example.org/b.jpg[/img][/url]",
        ["https://example.com/a", "https://example.org/b.jpg"],
    ),
    ("[https://example.com/a|etiqueta]", ["https://example.com/a"]),
    ("[[https://example.com/a|x]]", ["https://example.com/a"]),
    ("era muy feo.niña de 10 años", []),
    ("vi.imágenes", []),
    ("video.py", []),
    ("foto.sh", []),
    ("me llamaron del 55.12.34.56", []),
    ("Tel 33.6.12.34.56.78", []),
    ("tel: 221.77.123.45.67", []),
    (
        "https://vm.tiktok.com/ZM0made0up/https://vm.tiktok.com/ZM0made0u2/",
        ["https://vm.tiktok.com/ZM0made0up/", "https://vm.tiktok.com/ZM0made0u2/"],
    ),
    (
        "https://www.instagram.com/reel/A/https://www.instagram.com/reel/B/",
        ["https://www.instagram.com/reel/A/", "https://www.instagram.com/reel/B/"],
    ),
    ("t.me/aaaa,t.me/bbbb", ["https://t.me/aaaa", "https://t.me/bbbb"]),
    ("https://example.com/a;example.org/b", ["https://example.com/a", "https://example.org/b"]),
    (
        "https://web.archive.org/web/1/https://example.com/a",
        ["https://web.archive.org/web/1/https://example.com/a"],
    ),
    ("https://example.orghttps://example.com/a", ["https://example.org", "https://example.com/a"]),
    ("https://example.com.https://example.org", ["https://example.com", "https://example.org"]),
    ("example.comhttps://example.org/a", ["https://example.com", "https://example.org/a"]),
    ("https://t.me/made_up\u203c\ufe0f", ["https://t.me/made_up"]),
    ("https://example.com/a1\ufe0f\u20e3", ["https://example.com/a1"]),
    ("https://example.com/a\u2019s", ["https://example.com/a"]),
    ("https://example.com/a\u2122\ufe0f", ["https://example.com/a"]),
    ("@t.me/made_up", ["https://t.me/made_up"]),
    ("madeup.i2p/page", ["http://madeup.i2p/page"]),
    ("hxxps[:]//example[.]com[/]a", ["https://example.com/a"]),
    ("example\\.com/x", ["https://example.com/x"]),
    ("https://example\\.com/a", ["https://example.com/a"]),
    ("h00p://example.com/a", ["http://example.com/a"]),
    ("example<.>com/a", ["https://example.com/a"]),
    ("https://example.com/?b=1&amp;c=2", ["https://example.com/?b=1&c=2"]),
    ("&quot;http://www.msn.com&quot;", ["http://www.msn.com"]),
    ("https://example.com/a&lt;br&gt;", ["https://example.com/a"]),
    ("*Mira esto https://example.com/a*", ["https://example.com/a"]),
    ("_mira https://example.com/a_", ["https://example.com/a"]),
    ("__Link: https://example.com/a__", ["https://example.com/a"]),
    ("https://example.com/a*", ["https://example.com/a*"]),
    ("https:\\\\www.tiktok.com\\@made.up\\video\\7", ["https://www.tiktok.com\\@made.up\\video\\7"]),
    ("badsite.com", ["https://badsite.com"]),
    ("a.com b.com", ["https://a.com", "https://b.com"]),
    ("see\nbadsite.com\nits bad", ["https://badsite.com"]),
    ("link: badsite.com", ["https://badsite.com"]),
    ("https://example.com. See you", ["https://example.com"]),
    ("at this point no one", []),
    ("http://192.168.0.1/x", []),
]
DOUBTFUL: list[tuple[str, list[str]]] = [
    ("https://example. com/a/video", ["https://example.com/a/video"]),
    ("https://t. me/made_up", ["https://t.me/made_up"]),
    ("https://vm. tiktok. com/ZM0made0up/", ["https://vm.tiktok.com/ZM0made0up/"]),
    ("https://youtu. be/0madeup", ["https://youtu.be/0madeup"]),
    ("https://example .com/a", ["https://example.com/a"]),
    ("Https://Www.Example. Com/a", ["https://Www.Example.Com/a"]),
    ("https://t.me /made_up", ["https://t.me/made_up"]),
    ("instagram.com /made.up", ["https://instagram.com/made.up"]),
    ("https://t.me/ made_up", ["https://t.me/made_up"]),
    ("https://example.com /a/b.html?x=1", ["https://example.com/a/b.html?x=1"]),
    ("https://t.me/+ AbCdEfGh", ["https://t.me/+AbCdEfGh"]),
    ("https://www. example.com/a", ["https://www.example.com/a"]),
    ("t. me/made_up", ["https://t.me/made_up"]),
    ("instagram. com/made.up", ["https://instagram.com/made.up"]),
    ("www. example. com", ["https://www.example.com"]),
    ("lo vi ayer.me lo mando un amigo", ["https://ayer.me"]),
    ("No se.la verdad no quiero", ["https://se.la"]),
    ("he.is hurting me.now", ["https://he.is", "https://me.now"]),
    ("см учора.сайт поганий", ["https://учора.сайт"]),
    ("ejemplo punto com", ["https://ejemplo.com"]),
    ("exemplo ponto com", ["https://exemplo.com"]),
    ("exemple point com", ["https://exemple.com"]),
    ("contoh titik com", ["https://contoh.com"]),
    ("example dot xyz", ["https://example.xyz"]),
    ("t dot me/made_up", ["https://t.me/made_up"]),
    ("its forum dot example dot com slash thread 4711", ["https://forum.example.com/thread"]),
    ("kids dot forum dot net slash 12", ["https://kids.forum.net/12"]),
    ("forum . badsite . com / thread", ["https://forum.badsite.com/thread"]),
    ("the site is badsite.com ok", ["https://badsite.com"]),
    ("triple w dot forum dot com slash boys", ["https://www.forum.com/boys"]),
]


@for_every(case=SURE)
def test_what_is_sure_is_taken_as_it_was_meant(case: tuple[str, list[str]]) -> None:
    text, given = case
    found = find(text)
    assert ([address.given for address in found.addresses], found.doubtful) == (given, ())


@for_every(case=DOUBTFUL)
def test_what_only_the_reporter_can_tell_is_not_taken_silently(case: tuple[str, list[str]]) -> None:
    text, doubtful = case
    found = find(text)
    assert (found.addresses, [address.given for address in found.doubtful]) == ((), doubtful)
