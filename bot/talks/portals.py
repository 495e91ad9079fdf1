"""Reads the portals of a folder: all of them, or none and every fault."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from conversations.portals.file import Fault, PortalFaults, portal_from
from conversations.portals.model import Contact, Portal, at, with_contacts_of
from reportline.bounded_files import read_bytes
from reportline.readiness import NotReady

INTERNATIONAL = "international"
_EARLIEST_TIME_ZONE = timedelta(hours=14)


class PortalsUnreadable(NotReady):
    """At least one portal's file is wrong; the text has one line for each fault, with file and line."""


def read_portals(folder: Path, known_languages: AbstractSet[str]) -> dict[str, Portal]:
    """Read every portal of a folder, by id; raises PortalsUnreadable if any is wrong, or if there is none.

    The international portal's contacts serve beside those of the others; a portal without a region gets the
    contacts of every country, to choose from.
    """
    portals, wrong = read_files(_files(folder), known_languages)
    if wrong:
        raise PortalsUnreadable("\n".join(wrong))
    worldwide = portals.get(INTERNATIONAL)
    national = _by_country(portals.values())
    return {
        portal_id: replace(
            with_contacts_of(portal, worldwide) if worldwide else portal,
            countries=() if portal.region else national,
        )
        for portal_id, portal in portals.items()
    }


def _by_country(portals: Iterable[Portal]) -> tuple[tuple[str, tuple[Contact, ...]], ...]:
    found: dict[str, tuple[Contact, ...]] = {}
    for portal in portals:
        if portal.region and portal.contacts:
            found[portal.region] = (*found.get(portal.region, ()), *portal.contacts)
    return tuple(sorted(found.items()))


class PortalsNow(Mapping[str, Portal]):
    """Portals as they are shown now: each is given with the moment at which it is asked for.

    While no links are taken, every portal is paused.
    """

    def __init__(
        self,
        portals: Mapping[str, Portal],
        now: Callable[[], datetime],
        takes_links: Callable[[], bool] = lambda: True,
    ) -> None:
        self._portals, self._now, self._takes_links = portals, now, takes_links
        self._shown: dict[str, Portal] = {}
        self._since: tuple[datetime, bool] | None = None

    def __getitem__(self, portal_id: str) -> Portal:
        # Nothing that is shown changes within a minute, so each portal is made once a minute.
        now = (self._now().replace(second=0, microsecond=0), self._takes_links())
        if now != self._since:
            self._since, self._shown = now, {}
        if portal_id not in self._shown:
            self._shown[portal_id] = self._made(portal_id, *now)
        return self._shown[portal_id]

    def _made(self, portal_id: str, minute: datetime, takes_links: bool) -> Portal:  # noqa: FBT001 - of `__getitem__`
        shown = at(self._portals[portal_id], minute)
        return shown if takes_links else replace(shown, paused=True)

    def __iter__(self) -> Iterator[str]:
        return iter(self._portals)

    def __len__(self) -> int:
        return len(self._portals)


def check(files: Iterable[Path], known_languages: AbstractSet[str]) -> list[str]:
    """Say what is wrong with portals' files, as lines like `portals/ar.toml:12: what, and what to write`."""
    return read_files(files, known_languages)[1]


def read_files(
    files: Iterable[Path], known_languages: AbstractSet[str]
) -> tuple[dict[str, Portal], list[str]]:
    """Read portals' files, each by itself; gives the portals, and what is wrong as `check` says it."""
    portals: dict[str, Portal] = {}
    wrong: list[str] = []
    for path in files:
        try:
            portals[path.stem] = portal_from(_text(path), path.stem, known_languages, _latest_today())
        except PortalFaults as faults:
            wrong += [f"{_shown(path)}:{fault.line}: {fault.what}" for fault in faults.faults]
    return portals, wrong


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise PortalsUnreadable(f"{_shown(folder)}: no portal is here; add one, as docs/portals.md tells")
    return files


def _text(path: Path) -> str:
    try:
        content = read_bytes(path)
    except OSError as error:
        raise PortalFaults((Fault(1, f"the file cannot be read: {error.strerror}"),)) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PortalFaults((Fault(line, "the text is not UTF-8; save the file as UTF-8"),)) from None


def _latest_today() -> date:
    """Give the latest date that it is anywhere, since a contact may be verified east of this host."""
    return (datetime.now(UTC) + _EARLIEST_TIME_ZONE).date()


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
