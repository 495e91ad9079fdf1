"""The patterns of links in messages; they read any text in linear time, since every repeat is bounded.

All patterns but those of the tail run over text whose fullwidth signs have become ASCII. Beside each rule
stands what somebody writes who needs it.
"""

import re

from ..limits import MAXIMUM_ADDRESS_LENGTH
from ..parts import PLAIN_HOST

# Marks that letters of some scripts need, "भारत.com"; `\w` leaves them out. Joiners are between such letters.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u0900-\u0963"
    "\u0966-\u0df3\u0e31-\u0e4e\u0eb1-\u0ecd\u0f71-\u0f84\u1000-\u1049\u1050-\u109f\u1780-\u17d3"
    "\u180b-\u180d\u200c\u200d"
)
# "https://t.me/made_up👇"; in a host that has its scheme they stay: "https://☃.net".
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u20e3\u2122\u2139\u2190-\u21ff\u2300-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff"
)
# With a scheme, whatever may be one: "https://b%C3%BCcher.example"; without, no "%" and no emoji.
_LABEL = rf"[\w{_MARKS}{_EMOJI}%-]{{1,63}}+"
BARE_LABEL = rf"[\w{_MARKS}-]{{1,63}}+"
# Dots of other scripts (where Latin letters meet: they end Chinese sentences), "example。com", and those of
# people who write links so that nobody opens them: "example[.]com", "(dot)", "example<.>com", "example\.com".
_DOT = (
    r"(?:\.|(?<=[a-z0-9])[\u3002\uff61\u2024](?=[a-z0-9])|[\[({](?:\.|dot|punto|ponto|point)[\])}]"
    r"|\\\.|<\.>)"
)
# "hxxps[:]//example.com", "hxxps(:)//example.com".
_COLON = r"(?::|\[:\]|\(:\))"
# "https:\\example.com", "https:/example.com", "hxxps[://]example.com", "https//example.com", "https:\/\/".
# Also with the colon behind, or with a full stop before it, as in "https//:example.com".
_SEPARATOR = rf"(?:[.;]?{_COLON}|\[:|(?=//))(?:\\?/|\\|\[/\]){{1,4}}+[\]:]?"
# "hxxps://", "h**ps://", "h00p://"; Signal writes its invitations "sgnl://signal.group/#...", too.
_SCHEME = r"(?:h[tx*0]{2}ps?|(?<!\w)sgnl(?=://signal\.))"
# What begins another link: "https://example.com/ahttps://example.org".
LINK = r"h[tx]{2}ps?(?::|\[:\])//"
# "write to me@example.com".
_EMAIL = rf"(?<![\w.+%@/-])[\w.+%-]{{1,64}}+@{BARE_LABEL}(?:\.{BARE_LABEL}){{1,9}}"
# "file:///sdcard/a.mp4", "content://media/1", "/storage/emulated/0/a.mp4", "C:\a.mp4", "\\server\a.mp4".
_LOCAL = (
    r"(?<!\w)(?:file|content)(?::|\[:\])/|(?<![\w/.:])/(?:storage|sdcard|data/(?:user|data|media)|"
    r"var/mobile|private/var)/\w|(?<!\w)[a-z]:\\\w|(?<![\w\\])\\\\\w"
)
# "tg://resolve?domain=made_up", "tg:join?invite=0", "magnet:?xt=...", "ipfs://Qm...", "whatsapp://chat?...".
_APP = (
    rf"(?<!\w)(?:tg{_COLON}(?=//|(?:resolve|join|privatepost)\?)|magnet{_COLON}(?=\?)"
    rf"|(?:ip[fn]s|whatsapp){_COLON}(?=//))"
)
# Also mistyped ("htpps", "ttps"), and only the last of two ("https://https://").
_WEB = rf"(?:{_SCHEME}|(?<!\w)(?:ftp|(?!ssh)[htps]{{3,7}}(?=:[/\\]))){_SEPARATOR}(?!\s?{LINK})"
# A link inside another's query, copied without the other: "u=https%3A%2F%2Fexample.com".
_ENCODED = r"h[tx]{2}ps?%(?:25){0,2}3a%(?:25){0,2}2f[^\s&\"'<>]{1,2048}"
# Schemes of single apps, "instagram://media?id=1"; a "blob:https://..." lives in one browser.
_OTHER = (
    rf"(?<!\w)blob:(?=h)|(?<![\w.+-])(?=[a-z][a-z0-9+.-]{{1,30}}+{_COLON}//)"
    rf"(?![a-z0-9+.-]{{0,30}}h[tx]{{2}}ps?[:\[])[a-z][a-z0-9+.-]{{1,30}}+{_COLON}//"
)
# "the channel is @made_up", and "@made_up@mastodon.example" of the fediverse.
_HANDLE = (
    rf"(?<![\w@.])(?:@|\[@\])(?:\w(?:[\w.]|\[\.\]){{0,30}}\w(?![\w@:-])(?!{_DOT}?/\w)"
    rf"|[\w.-]{{1,64}}(?:@|\[@\]){BARE_LABEL}(?:{_DOT}{BARE_LABEL}){{1,9}})"
)
# No link begins with another sign, or within a run of these.
_BEGINS = rf"(?=[\w{_MARKS}@]|\[@|(?<![\w.+%@/-])[.+%]|(?<![\w/.:])/|(?<![\w\\])\\|(?<![\w-])-)"
# What a link begins with. "localhost:3000" has no dot.
# A host without a scheme is "bare": "example.com/a"; it may follow an "@" or an unknown "x//".
FORM = re.compile(
    rf"{_BEGINS}(?:(?P<web>{_WEB})|(?P<encoded>{_ENCODED})|(?<!\w)(?:(?P<app>{_APP})|(?P<local>{_LOCAL})"
    rf"|(?P<email>{_EMAIL})|(?P<other>{_OTHER})|(?P<handle>{_HANDLE})"
    r"|(?P<localhost>(?<![\w.@/-])localhost(?![\w.-]))"
    rf"|(?P<bare>(?:(?<![\w@./%-])|(?<=//)|(?<=(?<!\w)@)){BARE_LABEL}(?:{_DOT}{BARE_LABEL}){{1,126}})))",
    re.IGNORECASE,
)
# What comes behind the first label of a link or e-mail address that is glued to a word: "seen.magnet:?xt=",
# "seen.https%3A%2F%2F", "made[.]up@example.com".
BEHIND_FIRST_LABEL = re.compile(r"[:@\[(%\\]|//")
# A word with a sign that every link has, and more behind it; all others are passed over: "Look:", "(see".
_SIGNS = r".:@/\\%\[({<\u3002\uff61\u2024"
WORD = re.compile(rf"(?<!\S)[\[({{<]?+(?:[^\s{_SIGNS}]*+[{_SIGNS}]\S+|localhost(?![\w.-]))")
# A word of a sentence, as in "the site is badsite.com": it has letters, and no sign of a link.
PLAIN_WORD = re.compile(rf"(?<!\S)[^\s{_SIGNS}]*[^\W\d_][^\s{_SIGNS}]*(?=[\s,;!?]|$)")
DOT = re.compile(_DOT, re.IGNORECASE)
# No port has another behind it: "http://[1::2]:3:4" is nobody's.
PORT = re.compile(r"(?::|\[:\])\d{1,5}(?!:?\d)")
# What stands between scheme and path: "user:secret@example.com:8443", "[2001:db8::1]", the same defanged,
# "[[]2001[:]db8[:][:]1]", "example.com./a", and after a space, "https:// example.com".
AUTHORITY = re.compile(
    r"\s{0,2}+(?P<userinfo>(?:(?:[^\s/?#@\\<>\"\[\]]|\[[:.+$\[]\]|\]){0,200}+(?:\[@\]|@))?)"
    rf"(?P<host>\[[0-9a-f:.]{{2,45}}\]|\[\[\](?:[0-9a-f]|\[[:.]\]){{2,45}}\]|{_LABEL}(?:{_DOT}{_LABEL}){{0,126}})"
    rf"(?P<rest>(?:(?:\.|\[\.\])(?=[/?#:\[]))?(?:{PORT.pattern})?)",
    re.IGNORECASE,
)
# The scheme of the next link, glued to a host: "example.comhttps://example.org".
GLUED_SCHEME = re.compile(r"h[tx]{2}ps?\Z", re.IGNORECASE)
SEPARATED = re.compile(r"(?::|\[:\])//")
# Then brackets are no part of the link: "hxxps://example.com/x[.]y", but "https://example.com/x[.]y".
DISGUISED = re.compile(r"^h(?!tt)|[\[(]", re.IGNORECASE)
# Suffixes that are no word in any language of the portals: "example. com", but "I saw it. Me too".
PLAIN_SUFFIXES = frozenset(
    {"com", "net", "org", "info", "onion", "xyz", "io", "tv", "ru", "biz", "gg", "cc", "i2p"}
)
# A host with spaces at its dots, as keyboards put them: "example. com", "example .com"; or a host that was
# broken over two lines: "example.\ncom", "made-\nup.com".
SPACED_HOST = re.compile(
    rf"(?:(?: \. ?|\. |\.\n(?=(?-i:[a-z]))|\n\.){BARE_LABEL}(?: ?\. ?{BARE_LABEL}){{0,5}}"
    rf"|(?<=-)\n{BARE_LABEL}(?:\.{BARE_LABEL}){{1,5}})",
    re.IGNORECASE,
)
# "https://example,com/a"; a known host may be the first of a list.
COMMA_HOST = re.compile(rf"(?:[.,]{BARE_LABEL}){{1,5}}(?=/|\s|$)", re.IGNORECASE)
# An onion service's name that was broken in two: "http://abcd\nefgh.onion".
BROKEN_ONION = re.compile(r"\s[a-z2-7]{1,55}\.onion\b", re.IGNORECASE)
# "https://example.com /a".
SPACED_PATH = re.compile(r" /(?=\w)")
# Behind "t.me/" there is always a name: "https://t.me/ made_up", "https://t.me/+ AbCdEf".
SPACED_NAME = re.compile(r"\s(?=[a-z][a-z0-9_]{3,31}\b)|(?<=\+)\s(?=[\w-]{6,})", re.IGNORECASE)
# What no host can end before, "https://exa$mple.com"; the second where the host is nobody's, "https://a..b".
BROKEN_HOST = re.compile(r"[a-z0-9%$&=+@^~-]|:\d+:\d", re.IGNORECASE)
BROKEN_LABELS = re.compile(r"\.+[a-z0-9]", re.IGNORECASE)
# What comes behind a host (and behind "tg:"); the second tells it from the sentence's: "is it example.com?".
TAIL_BEGINS = re.compile(r"[/\\?#]|\[[#/]\]|(?:resolve|join|privatepost)\?", re.IGNORECASE)
HAS_TAIL = re.compile(r"[/\\]|[?#](?![?!.,;:'\")\]}\s]|$)|\[[#/]\]")

# Where every link ends: spaces, quotes, sentence marks of all scripts, brackets of East Asia, emoji:
# "«https://example.com/a»", "https://example.com/a؟", and in fullwidth brackets.
_SENTENCE_MARKS = (
    "\u00a1\u00bf\u2014\u2022\u060c\u061b\u061f\u06d4\u0589\u0964\u0965\u0f0d\u104a\u104b\u1362-\u1368\u1802"
    "\u1803\u17d4\u17d5\u2026\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f\uff61\uff64"
)
_QUOTES = '"`<>\u00ab\u00bb\u2018\u201a-\u201f\u2039\u203a'
_EAST_ASIAN_BRACKETS = (
    "\u3008-\u3011\u3014-\u301f\uff08\uff09\uff3b\uff3d\uff5b\uff5d\uff5f\uff60\uff62\uff63"
)
_NEVER_IN_LINKS = (
    rf"\s\x00-\x20\x7f-\xa0\ufffd{_QUOTES}{_SENTENCE_MARKS}{_EAST_ASIAN_BRACKETS}{_EMOJI}\ue000-\uf8ff"
)
# Three times what a report takes, as a defanged link may be; further on nothing could become an address.
LONGEST_RUN = 3 * MAXIMUM_ADDRESS_LENGTH
RUN = re.compile(rf"[^{_NEVER_IN_LINKS}]{{0,{LONGEST_RUN}}}")
# A link of signs that no sentence and no markup brings with it, and where it ends: "https://example.com/a?b=c."
PLAIN_LINK = re.compile(
    rf"(?<!<)((?:(https?)://)?({PLAIN_HOST})((?:/(?!\.|%2e)[A-Za-z0-9_.~!=+@%-]*+)+/?|/)"
    r"(\?[A-Za-z0-9_.~!=+@&/%-]*)?(#[A-Za-z0-9_.~!=+@&/%-]*)?(?<=[A-Za-z0-9/=&-]))"
    rf"[.,:;!?)']*+(?=[{_NEVER_IN_LINKS}]|\Z)"
)
# The next link without a space between, "https://example.com/a,https://example.org", and the middle of a
# Markdown link, "[https://example.com/a](https://example.com/a)".
_NEXT_LINK = rf"(?<=[\w,;)\]}}!.'*|]){LINK}|\]\("
NEXT_LINK = re.compile(_NEXT_LINK, re.IGNORECASE)
# "https://youtu.be/a/https://youtu.be/b", but "https://web.archive.org/web/1/https://example.com".
LINK_WITHIN = re.compile(rf"/{LINK}(?P<host>[^/?#]{{1,253}})", re.IGNORECASE)
# What is said about a short link, glued to it: "https://vm.tiktok.com/ZM0/(LIVE)".
REMARK = re.compile(r"^([^?#(]*)\(.*")
# The next of a list, written without spaces: "t.me/aaaa,t.me/bbbb".
LISTED = re.compile(r"[,;](?P<host>(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24})/", re.IGNORECASE)
# What tells a sentence from a link's end: "https://example.com/77.Please remove it".
MORE_WORDS = re.compile(r" +[^\W\d_]")
STOP = re.compile(rf"[{_NEVER_IN_LINKS}]|{_NEXT_LINK}", re.IGNORECASE)
_LINE_ENDS = r"(?= ?(?:\n|$))"
_VALUE = r"[!#-;=?-_a-~]{0,2048}"
# Between "<" and ">" a mail program may have broken a link anywhere (RFC 3986, appendix C):
# "<https://example.com/long-\n> name>".
BROKEN_IN_ANGLES = re.compile(r"((?:\n(?:> ?)*[^\s<>\"]{1,2048}){1,4})>")
# A mail in quoted-printable breaks a path by a "=" of its own: "/topic/48=\n1723/page".
SOFT_BREAK = re.compile(rf"(?<==)\n(?P<more>[\w%-]{{1,60}}/{_VALUE}){_LINE_ENDS}")
# "/made-\nup/12"; only the reporter can tell whether the hyphen belongs to it.
BROKEN_AT_HYPHEN = re.compile(r"(?<=-)\n(?P<more>[a-z0-9][\w.%-]{0,60}/\w)")
BROKEN_LINE = re.compile(rf"{SOFT_BREAK.pattern}|{BROKEN_AT_HYPHEN.pattern.replace('<more>', '<rest>')}")
QUOTED_LINE = re.compile(r"\n(?:> ?)*")
# Names on Telegram are ASCII; a word ending of another script may be glued to one: "t.me/made_up-та".
BEFORE_OTHER_LETTERS = re.compile(r"-?[^\x00-\x7f].*")
# A link goes on in the next line when it stops in the middle of a query, or the line begins in one. What is
# joined without a mark of its own is alone on its line. In order: "?v=\n0madeup", "?a=1&\nb=2", "/a\n?b=1",
# "%\nD9", "/long/\nview.php?a=1", "/long\n/path/of/it".
GOES_ON = re.compile(
    rf"\n ?(?P<more>(?:(?<=[^=\n]=\n)|(?<=[^=\n]=\n ))(?=[\w-]{{0,60}}\d)[\w-]{{1,200}}{_LINE_ENDS}"
    rf"|(?:(?<=&\n)|(?<=&\n ))[\w.\[\]-]{{1,60}}={_VALUE}(?=\s|$)"
    rf"|[?&][\w.\[\]-]{{1,60}}={_VALUE}(?=\s|$)"
    rf"|(?:(?<=%\n)|(?<=%\n ))[0-9a-f]{{2}}{_VALUE}{_LINE_ENDS}"
    rf"|(?:(?<=/\n)|(?<=/\n ))[\w-]{{1,60}}\.(?:php|html?|aspx?|jsp|cgi)(?:[?#]{_VALUE})?{_LINE_ENDS}"
    rf"|(?:/[\w.~%-]{{1,200}}){{2,9}}{_LINE_ENDS})",
    re.IGNORECASE,
)
