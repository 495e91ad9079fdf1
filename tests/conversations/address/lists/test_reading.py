import json

from conversations.address.lists.reading import read_list
from tests.cases import for_every

CLEARURLS = {
    "providers": {
        "globalRules": {"urlPattern": ".*", "rules": ["(?:%3F)?made_up", "(?:%3F)?up(?:_[a-z]*)?"]},
        "one": {
            "urlPattern": r"^https?:\/\/(?:[a-z0-9-]+\.)*?made\.example",
            "rules": ["%24up", "\\$up", "a"],
        },
        "unknown": {"urlPattern": r"^https?:\/\/up\.example", "rules": ["b"]},
        "old": {"urlPattern": r"^https?:\/\/made\.example"},
    }
}
BRAVE = [
    {"include": ["*://*/*"], "exclude": ["https://a.example/*"], "params": ["made_up"]},
    {
        "include": ["*://*.made.example/*", "*://www.up.example/watch?*", "https://*.b.example/*"],
        "params": ["%24up"],
    },
]
FIREFOX = {
    "global": {"queryParams": ["made_up"], "topLevelSites": ["*"]},
    "one": {"queryParams": ["a", "b"], "topLevelSites": ["www.made.example"]},
}
FILTERS = """! Title: made up
! $removeparam=comment,domain=made.example
$removeparam=made_up
$removeparam=/^up_.*$/
||made.example^$removeparam=a
||made.example^$doc,removeparam=%24b
||www.up.example/watch/$removeparam=c
$doc,removeparam=d,domain=made.example|up.example
$removeparam=/^e[a-z]{2,3}$/,domain=up.example
$removeparam=f,domain=~up.example
ref=made$removeparam=g
@@$removeparam=h,domain=made.example
||made.example^$script
"""
READ = {
    "ClearURLs' data.min.json": (
        json.dumps(CLEARURLS),
        {("", "made_up"), ("", "/^up(?:_[a-z]*)?$/"), ("made.example", "$up"), ("made.example", "a")},
    ),
    "Brave's query-filter.json and clean-urls.json": (
        json.dumps(BRAVE),
        {("", "made_up"), ("made.example", "$up"), ("up.example", "$up"), ("b.example", "$up")},
    ),
    "Firefox's StripOnShare.json": (
        json.dumps(FIREFOX),
        {("", "made_up"), ("made.example", "a"), ("made.example", "b")},
    ),
    "the filter lists of AdGuard and DandelionSprout": (
        FILTERS,
        {("", "made_up"), ("", "/^up_.*$/"), ("made.example", "a"), ("made.example", "$b"), ("", "f")}
        | {
            ("www.up.example", "c"),
            ("made.example", "d"),
            ("up.example", "d"),
            ("up.example", "/^e[a-z]{2,3}$/"),
        },
    ),
}


@for_every(kind=READ)
def test_each_list_is_read_in_its_own_format(kind: str) -> None:
    text, removals = READ[kind]
    assert read_list(text, ("", "made.example")) == removals
