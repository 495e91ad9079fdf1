"""Passes over rows that somebody spoilt in the database, so that all others are handed out.

`reportline doctor` counts what is passed over here.
"""

from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import ColumnElement, and_, case, func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from intake_api.store.columns import UNREADABLE
from intake_api.store.models import AccessKey, Assessment, Item, State
from intake_api.store.wrong_values import has_right_values
from intake_api.vault import Place, Vault, VaultClosed

# What reading a row raises, or summing up what belongs to it, once somebody has spoilt one of them.
SPOILT: Final = (*UNREADABLE, AttributeError, IntegrityError)
# What reading a decision raises then: a column that nobody can read is None.
SPOILT_DECISION: Final = (VaultClosed, TypeError, ValidationError)
_ITEM_ID, _CLAIM_ID, _KEY_ID = 32, 16, 12


def is_whole_item(session: AsyncSession) -> ColumnElement[bool]:
    """Say of an item that its id and its values are such as an answer can have."""
    known = Item.state.in_([state.value for state in State])
    whole = and_(_is_id(Item.item_id, _ITEM_ID), known, has_right_values(session, Item))
    # One condition, of which no planner knows more: by many it would take the items for few, and sort them.
    return case((whole, True), else_=False)


def is_whole_claim(session: AsyncSession) -> ColumnElement[bool]:
    """Say of a claimed item that its claim has a name and a number as well."""
    is_named = and_(_is_id(Item.claim_id, _CLAIM_ID), Item.claim_number.is_not(None))
    return and_(is_whole_item(session), is_named)


def is_whole_holder(session: AsyncSession) -> ColumnElement[bool]:
    """Say of an access key that its id and its values are such as an answer can have."""
    return and_(_is_id(AccessKey.key_id, _KEY_ID), has_right_values(session, AccessKey))


def is_whole_assessment(session: AsyncSession) -> ColumnElement[bool]:
    """Say of an assessment that its ids and its values are such as an answer can have."""
    ids = (Assessment.assessment_id, Assessment.item_id)
    return and_(*(_is_id(one, _ITEM_ID) for one in ids), has_right_values(session, Assessment))


def opens(vault: Vault, item: Item) -> bool:
    """Tell whether an item's address can be decrypted."""
    try:
        for name in ("given", "canonical"):
            vault.open(Place("items", item.item_id, name), getattr(item, name))
    except VaultClosed:
        return False
    return True


def _is_id(column: InstrumentedAttribute[Any], length: int) -> ColumnElement[bool]:
    return and_(func.length(column) == length, func.ltrim(column, "0123456789abcdef") == "")
