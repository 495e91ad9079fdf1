"""What a portal's web page needs to invite to the chat: a link, a QR code and a snippet in each language.

A snippet loads nothing, runs nothing, needs no style, and keeps the page's address from Telegram.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO

import segno

from bot.talks.render import put_into_words
from conversations.talk import Phrase
from locales.catalogues import KNOWN_LOCALES

# Level M still reads with 15 % of a code worn away; a code needs 4 modules of white around it.
ERROR_CORRECTION = "m"
_QUIET_ZONE = 4
_PNG_PIXELS = 16
_SVG_UNITS = 5
_LOCALES = {locale.code: locale for locale in KNOWN_LOCALES}


@dataclass(frozen=True, slots=True)
class Invitation:
    """The way to one bot's chat, begun for a portal in a language."""

    username: str
    portal: str
    language: str

    @property
    def name(self) -> str:
        """The start payload, and the name of the files: such as `ar-es`."""
        return f"{self.portal}-{self.language}"

    @property
    def link(self) -> str:
        """The link that opens the chat in the app."""
        return f"https://t.me/{self.username}?start={self.name}"

    def svg(self, *, is_file: bool) -> str:
        """Draw the link as a QR code, for a file of its own or to stand within a page."""
        drawn = BytesIO()
        self._code().save(
            drawn,
            kind="svg",
            scale=_SVG_UNITS,
            border=_QUIET_ZONE,
            light="#fff",
            xmldecl=is_file,
            svgns=is_file,
            svgclass=None,
            lineclass=None,
            nl=is_file,
        )
        return drawn.getvalue().decode()

    def png(self) -> bytes:
        """Draw the link as a QR code in pixels, `png_width` wide and high."""
        drawn = BytesIO()
        self._code().save(drawn, kind="png", scale=_PNG_PIXELS, border=_QUIET_ZONE)
        return drawn.getvalue()

    @property
    def png_width(self) -> int:
        """The pixels of the PNG from left to right, its white margin included."""
        return int(self._code().symbol_size(_PNG_PIXELS, _QUIET_ZONE)[0])

    def snippet(self) -> str:
        """Write the invitation as HTML that stands by itself in any page."""
        words = {
            name: escape(put_into_words(Phrase(phrase), self.language))
            for name, phrase in (
                ("invite", "links.invite"),
                ("privacy", "first.privacy.telegram"),
                ("open", "links.open"),
                ("code", "links.code"),
            )
        }
        return (
            f'<section lang="{self.language}" dir="{direction(self.language)}">\n'
            f"<p>{words['invite']} {words['privacy']}</p>\n"
            f'<p><a href="{escape(self.link)}" rel="noopener noreferrer nofollow" '
            f'referrerpolicy="no-referrer">{words["open"]}</a></p>\n'
            f'<div role="img" aria-label="{words["code"]}">{self.svg(is_file=False)}</div>\n'
            "</section>\n"
        )

    def _code(self) -> segno.QRCode:
        return segno.make_qr(self.link, error=ERROR_CORRECTION, boost_error=False)


def page(invitations: Sequence[Invitation]) -> str:
    """Write a page of all the snippets, of which there is one at least, to look at and to copy from."""
    first = invitations[0].language
    head = f'<html lang="{first}" dir="{direction(first)}">\n<meta charset="utf-8">\n<title>t.me</title>\n'
    snippets = "\n".join(invitation.snippet() for invitation in invitations)
    return f"<!doctype html>\n{head}{snippets}</html>\n"


def direction(language: str) -> str:
    """Give which way a language is written, in HTML's words."""
    return "rtl" if _LOCALES[language].right_to_left else "ltr"
