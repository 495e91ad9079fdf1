"""Makes a portal's invitations to the chat: a link, a QR code and an HTML snippet in each language.

A snippet loads nothing, runs nothing, needs no style, and keeps the page's address from Telegram.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import segno
from markupsafe import Markup

from bot.talks.render import put_into_words
from bot.tools.templates import template
from conversations.talk import Phrase

# Level M still reads with 15 % of a code worn away; a code needs 4 modules of white around it.
ERROR_CORRECTION = "m"
_QUIET_ZONE = 4
_PNG_PIXELS = 16
_SVG_UNITS = 5


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
        """Draw the link as a QR code, for a file of its own or to be put into a page."""
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
        """Write the invitation as HTML that works by itself in any page."""
        said = {
            name: put_into_words(Phrase(phrase), self.language)
            for name, phrase in (
                ("invite", "links.invite"),
                ("privacy", "first.privacy.telegram"),
                ("open", "links.open"),
                ("code", "links.code"),
            )
        }
        # The drawing is made of our own link alone.
        svg = Markup(self.svg(is_file=False))  # noqa: S704
        return template("snippet.html.jinja").render(language=self.language, link=self.link, svg=svg, **said)

    def _code(self) -> segno.QRCode:
        return segno.make_qr(self.link, error=ERROR_CORRECTION, boost_error=False)


def page(invitations: Sequence[Invitation]) -> str:
    """Write a page of all the snippets, of which there is one at least, to look at and to copy from."""
    snippets = [Markup(invitation.snippet()) for invitation in invitations]  # noqa: S704 - escaped there
    return template("snippets.html.jinja").render(language=invitations[0].language, snippets=snippets)
