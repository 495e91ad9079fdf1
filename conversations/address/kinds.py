"""Tells where an address leads, what a reporter is asked about it, and which links are no address."""

import re
from enum import StrEnum
from typing import NamedTuple

from .canonical_form import HANDLE, TELEGRAM_HOSTS, canonical_of
from .limits import MAXIMUM_ADDRESS_LENGTH
from .parts import WEB_SCHEMES, Parts, is_private, registrable_domain, take_apart
from .sharer_parameters import without_sharer_of


class AddressKind(StrEnum):
    """Where an address leads."""

    WEB = "web"
    ONION = "onion"
    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"
    IPFS = "ipfs"
    MAGNET = "magnet"
    HANDLE = "handle"


class Unreportable(StrEnum):
    """A text that looks like a link and is no public address."""

    LOCAL_FILE = "local_file"
    EMAIL = "email"
    PRIVATE_NETWORK = "private_network"
    UNREADABLE = "unreadable"
    TOO_LONG = "long_link"


class Address(NamedTuple):
    """One address as given, less what names the sharer.

    `home_page` asks for "whole site or one page?", `search_results` for the page behind the result;
    `needs_joining` marks a page that only members see. Two with the same `canonical` are one address.
    """

    given: str
    kind: AddressKind
    home_page: bool
    search_results: bool
    needs_joining: bool
    canonical: str

    def __repr__(self) -> str:
        return f"Address(kind={self.kind!r}, home_page={self.home_page}, needs_joining={self.needs_joining})"


_LOCAL_SCHEMES = frozenset({"file", "content"})
_TELEGRAM_HOSTS = tuple(f".{host}" for host in TELEGRAM_HOSTS)
_WHATSAPP_HOSTS = (".whatsapp.com", ".wa.me")
# 56 characters of base 32 (rend-spec-v3); version 2 went out of service in 2021.
_ONION_LABEL = re.compile(r"[a-z2-7]{56}")
# docs.ipfs.tech/concepts/content-addressing: CIDv0, CIDv1 in base 32, and keys in base 36.
_CONTENT_ID = r"(?:Qm[1-9A-HJ-NP-Za-km-z]{44}|b[a-z2-7]{50,}|k[0-9a-z]{50,})"
_IPFS_PATH = re.compile(rf"/(?:ipfs/{_CONTENT_ID}|ipns/[\w.-]+)(?:/|$)")
_IPFS_GATEWAY = re.compile(r"[a-z0-9-]{50,}\.ip[fn]s\.[a-z0-9.-]+")
_JOINED_ON_TELEGRAM = re.compile(r"/(?:\+(?![0-9]+/?$)[\w-]|%2B[\w-]|joinchat/|addlist/|c/)", re.ASCII)
# How the invitations of other apps go on behind their hosts, without "www.".
_JOINED = {
    "chat.whatsapp.com": re.compile(r"/."),
    "discord.gg": re.compile(r"/."),
    "discord.com": re.compile(r"/invite/."),
    "discordapp.com": re.compile(r"/invite/."),
    "signal.group": re.compile(r"/#."),
    "m.me": re.compile(r"/j/."),
    "ig.me": re.compile(r"/j/."),
    "line.me": re.compile(r"/(?:R/)?ti/g2?/."),
    "vk.me": re.compile(r"/join/."),
    "invite.viber.com": re.compile(r"/\?g2?=."),
    "kik.me": re.compile(r"/g/."),
    "zalo.me": re.compile(r"/g/."),
    "open.kakao.com": re.compile(r"/o/."),
    "groupme.com": re.compile(r"/join_group/."),
    "join.skype.com": re.compile(r"/."),
    "join.slack.com": re.compile(r"/t/."),
    "guilded.gg": re.compile(r"/i/."),
}
# The registered name of each engine, with the paths and parameters of its results.
_SEARCH_ENGINES = {
    "google": (
        re.compile(r"/(?:search/?|imgres|searchbyimage(?:/upload)?|uploadbyurl|v3/upload|webhp)?"),
        ("q", "p", "tbs", "vsrid", "imgurl", "imgrefurl", "image_url", "url"),
    ),
    "bing": (re.compile(r"/(?:images/|videos/|news/)?search/?"), ("q",)),
    "yandex": (re.compile(r"/(?:images/|video/)?(?:touch/)?search/?(?:touch/)?"), ("text", "url", "rpt")),
    "ya": (re.compile(r"/(?:images/|video/)?search/?"), ("text",)),
    "duckduckgo": (re.compile(r"/(?:html/?|lite/?)?"), ("q",)),
    "yahoo": (re.compile(r"/(?:[a-z]+/)?search[^/]*(?:/.*)?"), ("p", "va")),
    "baidu": (re.compile(r"/(?:s|from=[^/]*/s|search/index)"), ("wd", "word")),
    "brave": (re.compile(r"/(?:search|images|videos|news)"), ("q",)),
    "ecosia": (re.compile(r"/(?:search|images|videos|news)"), ("q",)),
    "startpage": (re.compile(r"/(?:sp|do)/(?:d?search)"), ("query", "q")),
    "qwant": (re.compile(r"/"), ("q",)),
    "sogou": (re.compile(r"/(?:web|pics)"), ("query",)),
    "naver": (re.compile(r"/search\.naver"), ("query",)),
    "mail": (re.compile(r"/(?:m/)?(?:search(?:_images|_video)?|images|video)/?"), ("q",)),
    "petalsearch": (re.compile(r"/search/?"), ("query",)),
    "ask": (re.compile(r"/(?:web|youtube|pictures)"), ("q",)),
    "kagi": (re.compile(r"/(?:search|images|videos|news|html/search)"), ("q",)),
    "ahmia": (re.compile(r"/search/?"), ("q",)),
    "mojeek": (re.compile(r"/search"), ("q",)),
    "swisscows": (re.compile(r"/[a-z]{2}/(?:web|images|videos|news)"), ("query",)),
    "seznam": (re.compile(r"/(?:obrazky/?|videa/?)?"), ("q",)),
    "so": (re.compile(r"/(?:s|i)"), ("q",)),
    "aol": (re.compile(r"/(?:aol/)?(?:search|image|video)"), ("q", "query")),
    "rambler": (re.compile(r"/(?:search|images|video)/?"), ("query",)),
    "daum": (re.compile(r"/search"), ("q",)),
    "coccoc": (re.compile(r"/search/?"), ("query",)),
    "dogpile": (re.compile(r"/serp"), ("q",)),
    "lycos": (re.compile(r"/(?:web|image|images|video)/?"), ("q",)),
    "metager": (re.compile(r"/(?:[a-z]{2}-[A-Z]{2}/)?meta/meta\.ger3"), ("eingabe",)),
    "perplexity": (re.compile(r"/search"), ("q",)),
    "you": (re.compile(r"/search"), ("q",)),
    "tineye": (re.compile(r"/search/?"), ("url",)),
}


def read(given: str) -> Address | None:
    """Read one address as it was found: the same address again, or None where it is none."""
    parts = take_apart(given)
    cleaned = without_sharer_of(given, parts)
    assessed = assess(cleaned, parts if cleaned == given else take_apart(cleaned))
    return None if isinstance(assessed, Unreportable) else assessed


def assess(text: str, parts: Parts | None) -> Address | Unreportable:
    """Classify one absolute address, taken apart; `text` is kept unchanged (at most 2048 bytes)."""
    if len(text.encode("utf-8", "surrogatepass")) > MAXIMUM_ADDRESS_LENGTH:
        return Unreportable.TOO_LONG
    if parts is None:
        is_handle = HANDLE.fullmatch(text)
        return _address(text, AddressKind.HANDLE, parts) if is_handle else Unreportable.UNREADABLE
    if parts.scheme in WEB_SCHEMES:
        return _assess_web(text, parts)
    return _assess_other(text, parts)


def _address(text: str, kind: AddressKind, parts: Parts | None, *, joining: bool = False) -> Address:
    return Address(
        text,
        kind,
        home_page=False,
        search_results=False,
        needs_joining=joining,
        canonical=canonical_of(text, parts),
    )


def _assess_web(text: str, parts: Parts) -> Address | Unreportable:
    kind = _kind_of_host(parts)
    if isinstance(kind, Unreportable):
        return kind
    compared = canonical_of(text, parts)
    return Address(
        text,
        kind,
        home_page=_is_home_page(parts, kind, compared),
        search_results=kind is AddressKind.WEB and _is_search(parts),
        needs_joining=_is_invitation(parts, kind),
        canonical=compared,
    )


def _is_home_page(parts: Parts, kind: AddressKind, compared: str) -> bool:
    if parts.path != "/" or parts.query or parts.fragment or kind is AddressKind.IPFS:
        return False
    # "made_up.t.me" is somebody's page, and no site.
    return kind is not AddressKind.TELEGRAM or compared == "https://t.me/"


def _kind_of_host(parts: Parts) -> AddressKind | Unreportable:
    if is_private(parts.host):
        return Unreportable.PRIVATE_NETWORK
    dotted = f".{parts.host}"
    if dotted.endswith(".onion"):
        whole = _ONION_LABEL.fullmatch(parts.host.split(".")[-2])
        return AddressKind.ONION if whole else Unreportable.UNREADABLE
    if dotted.endswith(_TELEGRAM_HOSTS):
        return AddressKind.TELEGRAM
    if dotted.endswith(_WHATSAPP_HOSTS):
        return AddressKind.WHATSAPP
    if (".ip" in parts.host and _IPFS_GATEWAY.fullmatch(parts.host)) or _IPFS_PATH.match(parts.path):
        return AddressKind.IPFS
    return AddressKind.WEB


def _is_search(parts: Parts) -> bool:
    if not parts.query or _SEARCH_ENGINES.keys().isdisjoint(parts.host.split(".")):
        return False
    domain = registrable_domain(parts.host)
    if domain is None:
        return False
    path, names = _SEARCH_ENGINES.get(domain.split(".")[0], (None, ()))
    given = {piece.partition("=")[0] for piece in parts.query[1:].split("&")}
    return path is not None and bool(path.fullmatch(parts.path)) and not given.isdisjoint(names)


def _is_invitation(parts: Parts, kind: AddressKind) -> bool:
    if kind is AddressKind.TELEGRAM:
        return bool(_JOINED_ON_TELEGRAM.match(parts.path))
    behind = _JOINED.get(parts.host.removeprefix("www."))
    return behind is not None and bool(behind.match(f"{parts.path}{parts.query}{parts.fragment}"))


def _assess_other(text: str, parts: Parts) -> Address | Unreportable:
    action = f"{parts.host}{parts.path}".strip("/")
    match parts.scheme:
        case scheme if scheme in _LOCAL_SCHEMES:
            return Unreportable.LOCAL_FILE
        case "mailto":
            return Unreportable.EMAIL
        case "tg" if action and parts.query:
            return _address(
                text, AddressKind.TELEGRAM, parts, joining=action in {"join", "addlist", "privatepost"}
            )
        case "whatsapp" if action and parts.query:
            return _address(text, AddressKind.WHATSAPP, parts, joining=action == "chat")
        case "ipfs" | "ipns" if parts.host:
            return _address(text, AddressKind.IPFS, parts)
        case "magnet" if re.search(r"[?&]xt(?:\.\d+)?=urn:", parts.query):
            return _address(text, AddressKind.MAGNET, parts)
    return Unreportable.UNREADABLE
