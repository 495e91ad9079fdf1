"""Parameters that identify the person who copied or clicked a link, each with its source; never kept.

No parameter that a page needs is listed here. A short link that hides the sharer in its path
(vm.tiktok.com, pin.it, reddit.com/.../s/) is kept whole, since nobody can find the page without it.
"""

from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import unquote

from .parts import registrable_domain

_BRAVE = "https://github.com/brave/adblock-lists/blob/master/brave-lists/query-filter.json"
_BRAVE_COPY = "https://github.com/brave/adblock-lists/blob/master/brave-lists/clean-urls.json"
_ADGUARD = (
    "https://github.com/AdguardTeam/AdguardFilters/blob/master/TrackParamFilter/sections/general_url.txt"
)
_SHORTENER = "https://github.com/DandelionSprout/adfilt/blob/master/LegitimateURLShortener.txt"
_CLEARURLS = "https://github.com/ClearURLs/Rules/blob/master/data.min.json"
_SHARETRACE = "https://github.com/soxoj/sharetrace"

_PINTEREST_BOT = "https://github.com/seregazhuk/php-pinterest-bot/issues/304"
_GOOGLE_ACCOUNT = "https://github.com/solana-foundation/solana-com/pull/1634"

_INSTAGRAM = ("instagram.com",)
_FACEBOOK = ("facebook.com",)
_TIKTOK = ("tiktok.com",)
_YOUTUBE = ("youtube.com", "youtu.be")
_X = ("x.com", "twitter.com")
_THREADS = ("threads.com", "threads.net")
_CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign", "utm_name", "utm_term", "utm_content")


@dataclass(frozen=True, slots=True)
class SharerParameters:
    """Names that `source` tells to be a sharer's or a click's, on `hosts` and below (anywhere if empty).

    A host "google.*" stands for that registered name under every public suffix.
    """

    names: tuple[str, ...]
    source: str
    hosts: tuple[str, ...] = ()


SHARER_PARAMETERS = (
    # Click numbers: one person's click, whatever the site.
    SharerParameters(("fbclid", "gclid", "dclid", "wbraid", "msclkid", "twclid", "ttclid"), _BRAVE),
    SharerParameters(("yclid", "ysclid", "ymclid", "_openstat", "irclickid", "srsltid"), _BRAVE),
    SharerParameters(("gbraid", "gclsrc", "wickedid", "rb_clickid", "bsft_clkid", "admitad_uid"), _ADGUARD),
    SharerParameters(("_ga", "_gl"), "https://support.google.com/analytics/answer/10071811"),
    SharerParameters(("epik",), _SHORTENER),
    # The recipient of a newsletter, or a person whom an app invited.
    SharerParameters(("mc_eid", "ml_subscriber", "ml_subscriber_hash", "_hsenc", "__hssc", "__hstc"), _BRAVE),
    SharerParameters(("__hsfp", "oly_anon_id", "oly_enc_id", "vero_id", "vero_conv", "bsft_uid"), _BRAVE),
    SharerParameters(("_branch_match_id", "_branch_referrer"), _BRAVE),
    SharerParameters(("utm_userid", "utm_session"), _ADGUARD),
    # Meta.
    SharerParameters(("igshid", "mibextid"), _SHORTENER),
    SharerParameters(("igsh",), _SHARETRACE, (*_INSTAGRAM, *_THREADS)),
    SharerParameters(("ig_rid",), _BRAVE_COPY, _INSTAGRAM),
    SharerParameters(("igsi",), "https://github.com/ClearURLs/Rules/issues/316", _INSTAGRAM),
    SharerParameters(("stkn",), "https://github.com/crimera/piko/pull/1848", _INSTAGRAM),
    SharerParameters(_CAMPAIGN, _CLEARURLS, _INSTAGRAM),
    SharerParameters(("xmt", "slof"), _SHORTENER, _THREADS),
    SharerParameters(("rdid",), _SHORTENER, _FACEBOOK),
    SharerParameters(("sfnsn", "wtsid", "__tn__", "__cft__[0]", "__xts__[0]"), _CLEARURLS, _FACEBOOK),
    SharerParameters(("acontext", "gd_impression_id", "idorvanity"), _BRAVE_COPY, _FACEBOOK),
    # TikTok: who shared, from which device, through which app.
    SharerParameters(("_r", "_t", "_d", "u_code", "preview_pb", "timestamp"), _CLEARURLS, _TIKTOK),
    SharerParameters(("user_id", "share_iid", "share_app_name"), _CLEARURLS, _TIKTOK),
    SharerParameters(("sec_user_id", "sec_uid", "sender_device", "sender_web_id"), _SHORTENER, _TIKTOK),
    SharerParameters(("share_link_id", "share_app_id", "tt_from", "checksum"), _SHORTENER, _TIKTOK),
    SharerParameters(("is_copy_url", "is_from_webapp"), _SHORTENER, _TIKTOK),
    SharerParameters(_CAMPAIGN, _SHARETRACE, _TIKTOK),
    # Other networks.
    SharerParameters(("si",), _BRAVE_COPY, (*_YOUTUBE, "spotify.com")),
    SharerParameters(("is",), _BRAVE_COPY, _YOUTUBE),
    SharerParameters(("si",), _SHORTENER, ("soundcloud.com",)),
    SharerParameters(("s", "t", "cxt", "ref_src", "ref_url"), _BRAVE_COPY, _X),
    SharerParameters(("share_id", "correlation_id", "target_user"), _BRAVE_COPY, ("reddit.com",)),
    SharerParameters(_CAMPAIGN, _CLEARURLS, ("reddit.com",)),
    SharerParameters(("share_id",), _SHORTENER, ("snapchat.com", "xiaohongshu.com")),
    SharerParameters(("sc_referrer", "sc_ua"), _CLEARURLS, ("snapchat.com",)),
    SharerParameters(("invite_code",), _SHARETRACE, ("pinterest.*",)),
    SharerParameters(("sender", "sfo"), _PINTEREST_BOT, ("pinterest.*",)),
    SharerParameters(("rcm",), _BRAVE_COPY, ("linkedin.com",)),
    SharerParameters(("trackingId", "refId", "lipi", "licu", *_CAMPAIGN), _CLEARURLS, ("linkedin.com",)),
    SharerParameters(("r",), _SHARETRACE, ("substack.com",)),
    SharerParameters(("ouid",), _GOOGLE_ACCOUNT, ("docs.google.com", "drive.google.com")),
    SharerParameters(("ei", "ved", "sxsrf", "rlz", "iflsig", "cshid"), _CLEARURLS, ("google.*",)),
    SharerParameters(("cvid",), _CLEARURLS, ("bing.com", "msn.com")),
    SharerParameters(("share_session_id", "vd_source", "buvid", "unique_k"), _CLEARURLS, ("bilibili.com",)),
    SharerParameters(("appuid", "apptime", "shareRedId", "author_share"), _CLEARURLS, ("xiaohongshu.com",)),
    SharerParameters(("weibo_id",), _CLEARURLS, ("weibo.com", "weibo.cn")),
    SharerParameters(("share_code",), "https://github.com/DandelionSprout/adfilt/pull/1216", ("zhihu.com",)),
    SharerParameters(("uin", "pass_ticket", "exportkey", "sessionid"), _SHORTENER, ("mp.weixin.qq.com",)),
)


def without_sharer(query: str, host: str) -> str:
    """Remove the sharer's parameters from a query ("?a=1&b=2" or ""); the others keep every byte.

    Names are compared as they are meant: percent-decoded, and after an "&amp;" of a copied web page.
    """
    names = _names_for(host)
    pieces = query[1:].split("&")
    kept = [piece for piece in pieces if _name(piece) not in names]
    if len(kept) == len(pieces):
        return query
    return f"?{'&'.join(kept)}" if any(kept) else ""


def _name(piece: str) -> str:
    return unquote(piece.partition("=")[0]).removeprefix("amp;")


def _names_for(host: str) -> frozenset[str]:
    name = (registrable_domain(host) or host).partition(".")[0]
    labels = host.rsplit(".", _MOST_LABELS)[-_MOST_LABELS:]
    below = (".".join(labels[at:]) for at in range(len(labels)))
    covering = (f"{name}{_ANY_SUFFIX}", *below)
    return _ANYWHERE.union(*(_BY_HOST[covered] for covered in covering if covered in _BY_HOST))


def _by_host() -> dict[str, frozenset[str]]:
    """Gather the names of all entries by their host; what holds anywhere is under ""."""
    gathered: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for entry in SHARER_PARAMETERS:
        for host in entry.hosts or ("",):
            gathered[host] |= {*entry.names}
    return dict(gathered)


# Read for every address: looking through all entries each time would take longer than all else about it.
_ANY_SUFFIX = ".*"
_BY_HOST = _by_host()
_ANYWHERE = _BY_HOST.pop("")
_MOST_LABELS = max(host.count(".") + 1 for host in _BY_HOST)
