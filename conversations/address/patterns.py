"""The patterns of links in messages; they read any text in linear time, since every repeat is bounded.

All patterns but `ENDS` and the trimming ones run over text whose fullwidth forms have become ASCII.
"""

import re

from .limits import MAXIMUM_ADDRESS_LENGTH

# Marks of scripts whose letters need them; `\w` leaves them out. Joiners are between such letters only.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u0900-\u0963"
    "\u0966-\u0df3\u0e31-\u0e4e\u0eb1-\u0ecd\u0f71-\u0f84\u1000-\u1049\u1050-\u109f\u1780-\u17d3"
    "\u180b-\u180d\u200c\u200d"
)
_EMOJI = "\u2190-\u21ff\u2300-\u2bff\U0001f000-\U0001faff"
_LABEL = rf"[\w{_MARKS}{_EMOJI}%-]{{1,63}}"
_BARE_LABEL = rf"[\w{_MARKS}-]{{1,63}}"
_OPEN, _CLOSE = r"[ \t]{0,2}[\[({][ \t]{0,2}", r"[ \t]{0,2}[\])}][ \t]{0,2}"
# Dots of other scripts (where Latin letters meet: they end Chinese sentences), dots in brackets, and spaced
# ones before the commonest suffixes.
_DOT = (
    rf"(?:\.|(?<=[a-z0-9])[\u3002\uff61\u2024](?=[a-z0-9])|{_OPEN}(?:\.|dot|punto|ponto|point){_CLOSE}"
    r"|[ \t]{1,2}(?:\.|dot)[ \t]{1,2}(?=(?:com|net|org|info|onion)\b))"
)
_COLON = r"(?::|\[:\]|\(:\))"
_SEPARATOR = rf"(?:{_COLON}|\[:|(?=//))(?:\\?/|\\){{1,4}}+\]?"
_EMAIL = rf"(?<![\w.+%@/-])[\w.+%-]{{1,64}}+@{_BARE_LABEL}(?:\.{_BARE_LABEL}){{1,9}}"
_LOCAL = (
    r"(?<!\w)(?:file|content)(?::|\[:\])/|(?<![\w/.:])/(?:storage|sdcard|data/(?:user|data|media)|"
    r"var/mobile|private/var)/\w|(?<!\w)[a-z]:\\\w|(?<![\w\\])\\\\\w"
)
_APP = (
    rf"(?<!\w)(?:tg{_COLON}(?=//|(?:resolve|join|privatepost)\?)|magnet{_COLON}(?=\?)"
    rf"|(?:ip[fn]s|whatsapp){_COLON}(?=//))"
)
# Also mistyped ("htpps", "ttps"), and only the last of two ("https://https://").
_WEB = (
    rf"(?:h[tx*]{{2}}ps?|(?<!\w)(?:ftp|(?!ssh)[htps]{{3,7}}(?=://))){_SEPARATOR}\s{{0,2}}+"
    r"(?!h[tx]{2}ps?(?::|\[:\])//)"
)
# Schemes of single apps; a "blob:" lives in one browser.
_OTHER = (
    rf"(?<!\w)blob:(?=h)|(?<![\w.+-])(?![a-z0-9+.-]{{0,30}}h[tx]{{2}}ps?[:\[])"
    rf"[a-z][a-z0-9+.-]{{1,30}}{_COLON}//"
)
_HANDLE = r"(?<![\w@/.])(?:@|\[@\])\w(?:[\w.]|\[\.\]){1,30}\w(?![\w@])"

CANDIDATE = re.compile(
    rf"(?P<web>{_WEB})|(?P<app>{_APP})|(?P<local>{_LOCAL})|(?P<email>{_EMAIL})|(?P<other>{_OTHER})"
    rf"|(?P<handle>{_HANDLE})|(?P<localhost>(?<![\w.@/-])localhost(?![\w.-]))"
    rf"|(?P<bare>(?:(?<![\w@./-])|(?<=//)){_BARE_LABEL}(?:{_DOT}{_BARE_LABEL}){{1,126}})",
    re.IGNORECASE,
)
DOT = re.compile(_DOT, re.IGNORECASE)
PORT = re.compile(r"(?::|\[:\])\d{1,5}(?!\d)")
AUTHORITY = re.compile(
    r"(?P<userinfo>(?:(?:[^\s/?#@\\<>\"\[\]]|\[[:.#+\[]\]|\]){1,200}(?:\[@\]|@))?)"
    rf"(?P<host>\[[0-9a-f:.]{{2,45}}\]|\[\[\](?:[0-9a-f]|\[[:.]\]){{2,45}}\]|{_LABEL}(?:{_DOT}{_LABEL}){{0,126}})"
    rf"(?P<rest>(?:(?:\.|\[\.\])(?=[/?#:\[]))?(?:{PORT.pattern})?)",
    re.IGNORECASE,
)
DISGUISED = re.compile(r"^h(?!tt)|[\[(]", re.IGNORECASE)
# What no host can end before; the second also where the host so far is nobody's.
BROKEN_HOST = re.compile(r"[a-z0-9%$&=+@^~-]", re.IGNORECASE)
BROKEN_LABELS = re.compile(r"\.+[a-z0-9]", re.IGNORECASE)
# What comes behind a host (and behind "tg:"); the second tells it from a question mark of the sentence.
TAIL_BEGINS = re.compile(r"[/\\?#]|\[#\]|(?:resolve|join|privatepost)\?", re.IGNORECASE)
HAS_TAIL = re.compile(r"[/\\]|[?#](?![?!.,;:'\")\]}\s]|$)|\[#\]")

# Invisible characters that apps and keyboards put around links, and joiners that join nothing.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e0fff]"
)
IDLE_JOINER = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])")
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
FULLWIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

# Where every link ends: spaces, quotes, sentence marks of all scripts, brackets of East Asia, emoji.
_SENTENCE_MARKS = (
    "\u060c\u061b\u061f\u06d4\u0589\u0964\u0965\u104a\u104b\u1362-\u1368\u1802\u1803\u17d4\u17d5\u2026"
    "\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f\uff61\uff64"
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
# The next link without a space between, and the middle of a Markdown link.
_NEXT_LINK = r"(?<=[\w,;)\]}!.'*|])h[tx]{2}ps?(?::|\[:\])//|\]\("
NEXT_LINK = re.compile(_NEXT_LINK, re.IGNORECASE)
STOP = re.compile(rf"[{_NEVER_IN_LINKS}]|{_NEXT_LINK}", re.IGNORECASE)
# A link goes on in the next line when it stops, or the line begins, in the middle of a query or path.
GOES_ON = re.compile(
    r"(?<=[=&%])\n[ \t]{0,8}(?P<any>(?!h[tx]{2}ps?:)[!#-;=?-_a-~]{1,2048})(?=\s|$)"
    r"|(?<![.,;:!?\s])\n[ \t]{0,8}"
    r"(?P<marked>(?:[?&=%]\w|/[\w.~-]{0,200}[\d/=_-])[!#-;=?-_a-~]{0,2048})(?=\s|$)",
    re.IGNORECASE,
)
