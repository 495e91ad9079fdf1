from pathlib import Path

import pytest

from conversations.address.listed_parameters import Listed, Source
from conversations.address.lists.comparing import main, what_is_new

OURS = (
    Listed(("known", "begun_*"), Source()),
    Listed(("here",), Source(), ("made.example",)),
    Listed(("there",), Source(), ("google.*",)),
)
NEWER = """$removeparam=known
$removeparam=begun_so
$removeparam=/^begun_/
$removeparam=/^kno.n$/
$removeparam=new
||made.example^$removeparam=here
||m.made.example^$removeparam=here
||m.made.example^$removeparam=new_here
||google.*^$removeparam=there
||google.com^$removeparam=new_there
||up.example^$removeparam=of_no_host_of_ours
"""
NEW = [("", "new"), ("google.com", "new_there"), ("m.made.example", "new_here")]


def test_what_neither_we_nor_the_older_copy_have_is_new() -> None:
    assert what_is_new(NEWER, ours=OURS) == NEW
    assert what_is_new(NEWER, "$removeparam=new\n", ours=OURS) == NEW[1:]
    assert what_is_new(NEWER, NEWER, ours=OURS) == []


def test_the_command_prints_a_line_for_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newer, older = tmp_path / "newer.txt", tmp_path / "older.txt"
    newer.write_text("$removeparam=fbclid\n$removeparam=made_up\n||instagram.com^$removeparam=made_up_2\n")
    older.write_text("$removeparam=made_up\n")
    assert main([str(newer)]) == 0
    assert capsys.readouterr().out == "any host  made_up\ninstagram.com  made_up_2\n"
    assert main([str(newer), str(older)]) == 0
    assert capsys.readouterr().out == "instagram.com  made_up_2\n"


def test_without_a_file_it_says_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "NEWER [OLDER]" in capsys.readouterr().err
