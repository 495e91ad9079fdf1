"""A rule is kept by its words in their order and close together, however they are spelt."""

import pytest

from conversations.hearing.rules import Rules, UnreadableRuleError
from conversations.hearing.spelling import sentences

GROUPS = {"me": ["me", "us"], "somebody": ["he", "uncle", "my boss*"]}


def kept(rule: str, text: str) -> bool:
    rules = Rules([("kept", rule)], GROUPS)
    return any(True for words in sentences(text) for _ in rules.kept_by(words))


@pytest.mark.parametrize(
    ("rule", "text", "is_kept"),
    [
        ("{somebody} hurt* {me}", "he hurts me", True),
        ("{somebody} hurt* {me}", "my uncle is always hurting us", True),
        ("{somebody} hurt* {me}", "he hurts, as they all do, me", False),
        ("{somebody} hurt* {me}", "he hurts her. me too", False),
        ("{somebody} hurt* {me}", "me he hurts", False),
        ("~{somebody} hurt* {me}", "me he hurts", True),
        ("~{somebody} hurt* {me}", "it hurts me", False),
        ("hit|beats {me}", "he beats me", True),
        ("hit|beats {me}", "he hits me", False),
        ("hurt*", "HUUURTING", True),
        ("jai peur", "j’ai peur", True),
        ("يضربني", "يَضْرِبُني", True),
        ("मारता है", "मारता  है!", True),
    ],
)
def test_a_rule_is_kept(rule: str, text: str, is_kept: bool) -> None:  # noqa: FBT001 - a table
    assert kept(rule, text) is is_kept


def test_several_rules_are_told_apart_by_their_tags() -> None:
    rules = Rules([("first", "he hurts {me}"), ("second", "hurts me"), ("third", "she")], GROUPS)
    assert sorted(rules.kept_by(("he", "hurts", "me"))) == ["first", "second"]


@pytest.mark.parametrize("written", ["", "~", "{nobody} hurts", "he hit|*", "he ’*"])
def test_a_rule_that_says_nothing_is_refused(written: str) -> None:
    with pytest.raises(UnreadableRuleError):
        Rules([("none", written)], GROUPS)
