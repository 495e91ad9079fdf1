"""The talk as a bot of python-telegram-bot: a ConversationHandler, with the draft in the user's data."""

import uuid
import warnings
from enum import IntEnum, auto
from typing import Any

import httpx
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)
from telegram.warnings import PTBUserWarning

from benchmarks.peers import cards

Context = ContextTypes.DEFAULT_TYPE


class At(IntEnum):
    """Where a talk is."""

    LINK = auto()
    REVIEW = auto()
    SENT = auto()
    REACHED = auto()
    ACCESS = auto()


def application(token: str, intake: httpx.AsyncClient) -> Application[Any, Any, Any, Any, Any, Any]:
    """Make the bot; reports go to the intake."""
    made = Application.builder().token(token).build()
    made.bot_data["intake"] = intake
    made.add_handler(conversation())
    return made


def conversation() -> ConversationHandler[Context]:
    """Make the talk's handler."""
    with warnings.catch_warnings():
        # The library warns that a talk is not followed by each of its messages, as is meant here.
        warnings.simplefilter("ignore", PTBUserWarning)
        return ConversationHandler(
            entry_points=[CommandHandler("start", start)],
            states={
                At.LINK: [MessageHandler(filters.TEXT & ~filters.COMMAND, take_link)],
                At.REVIEW: [
                    MessageHandler(filters.TEXT & ~filters.COMMAND, take_link),
                    CallbackQueryHandler(send, "^send$"),
                    CallbackQueryHandler(change, "^change$"),
                ],
                At.SENT: [CallbackQueryHandler(ask_how_reached, "^details$")],
                At.REACHED: [
                    CallbackQueryHandler(note_how_reached, "^(channel|search|advert|sent|page|skip)$")
                ],
                At.ACCESS: [CallbackQueryHandler(note_access, "^(open|join|log_in|pay|password|skip)$")],
            },
            fallbacks=[CommandHandler("start", start), CallbackQueryHandler(finish, "^finish$")],
        )


async def start(update: Update, context: Context) -> At:
    """Begin."""
    draft(context).clear()
    assert update.message
    await update.message.reply_text(cards.FIRST, reply_markup=keyboard(cards.FIRST_ROWS))
    return At.LINK


async def take_link(update: Update, context: Context) -> At:
    """Show the link back, with the rules."""
    assert update.message
    link = cards.link_in(update.message.text or "")
    if link is None:
        await update.message.reply_text(cards.NO_LINK)
        return At.LINK
    draft(context).update(draft_id=uuid.uuid4().hex, link=link)
    text = cards.REVIEW.format(link=cards.defanged(link))
    await update.message.reply_text(text, reply_markup=keyboard(cards.REVIEW_ROWS))
    return At.REVIEW


async def change(update: Update, _: Context) -> At:
    """Ask for another link."""
    await show(update, cards.CHANGE, ())
    return At.LINK


async def send(update: Update, context: Context) -> At:
    """Send the report."""
    await hand_in(context)
    await show(update, cards.SENT, cards.SENT_ROWS)
    return At.SENT


async def ask_how_reached(update: Update, _: Context) -> At:
    """Ask the first question."""
    await show(update, cards.REACHED, cards.REACHED_ROWS)
    return At.REACHED


async def note_how_reached(update: Update, context: Context) -> At:
    """Send the first answer, and ask the second question."""
    await note(update, context, "reached")
    await show(update, cards.ACCESS, cards.ACCESS_ROWS)
    return At.ACCESS


async def note_access(update: Update, context: Context) -> int:
    """Send the second answer, and end."""
    await note(update, context, "access")
    return await finish(update, context)


async def finish(update: Update, context: Context) -> int:
    """End."""
    draft(context).clear()
    await show(update, cards.END, cards.END_ROWS)
    return ConversationHandler.END


async def note(update: Update, context: Context, name: str) -> None:
    """Keep an answer, and send it."""
    assert update.callback_query
    if update.callback_query.data != "skip":
        draft(context)[name] = update.callback_query.data
        await hand_in(context)


async def show(update: Update, text: str, rows: cards.Rows) -> None:
    """Answer a tap with another card in place of the one that was tapped."""
    assert update.callback_query
    await update.callback_query.answer()
    await update.callback_query.edit_message_text(text, reply_markup=keyboard(rows))


async def hand_in(context: Context) -> None:
    """Bring the report to the intake."""
    report, intake = draft(context), context.bot_data["intake"]
    answer = await intake.put(f"/v1/reports/{report['draft_id']}", json=report)
    answer.raise_for_status()


def draft(context: Context) -> dict[Any, Any]:
    """Give what is known of the report so far."""
    assert context.user_data is not None
    return context.user_data


def keyboard(rows: cards.Rows) -> InlineKeyboardMarkup:
    """Lay out buttons."""
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=choice) for label, choice in row] for row in rows]
    )
