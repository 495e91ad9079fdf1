from collections import Counter

from conversations.address.listed_parameters import CAMPAIGN_PARAMETERS, LISTS, SHARER_PARAMETERS, Listed

ALL = (*SHARER_PARAMETERS, *CAMPAIGN_PARAMETERS)


def _places(entries: tuple[Listed, ...]) -> Counter[tuple[str, str]]:
    return Counter((name, host) for entry in entries for host in entry.hosts or ("",) for name in entry.names)


def test_every_entry_names_a_public_page_or_what_public_links_show() -> None:
    """Nobody has to believe us."""
    assert [entry for entry in ALL if not entry.names] == []
    without = [entry for entry in ALL if not entry.source.address.startswith("https://")]
    assert [entry for entry in without if entry.source.address or len(entry.source.read) < 20] == []
    assert len(without) <= 15


def test_of_every_list_it_is_said_which_copy_was_read() -> None:
    """A newer copy can be compared with ours."""
    assert {entry.source for entry in ALL} >= set(LISTS)
    assert [source for source in LISTS if not source.read] == []


def test_every_name_stands_once_and_there_are_enough() -> None:
    """One place to change, and none of a campaign is a sharer's, too."""
    assert [place for place, times in _places(ALL).items() if times > 1] == []
    assert len(_places(SHARER_PARAMETERS)) >= 250
    assert len(_places(CAMPAIGN_PARAMETERS)) >= 80
