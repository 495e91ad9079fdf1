"""Every kind of update with every field filled, built from the classes of python-telegram-bot themselves.

Nothing here names a field that holds an identity: a field of a new version of the Bot API is planted as soon
as the library has it. Only what decides the way of an update is given its real values, in `_DECISIVE`.
"""

import inspect
import json
import types
import typing
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import telegram
from telegram import EncryptedPassportElement, Message, TelegramObject, Update
from telegram.warnings import PTBDeprecationWarning

from tests.canaries.markers import Mint

Class = type[Any]
_FIELDS: dict[Class, dict[str, Any]] = {}
_NEEDED: dict[Class, set[str]] = {}
_NO_FIELDS = {"self", "api_kwargs"}
_DEEPEST = 6
_DECISIVE = {
    "Chat.type": "private",
    "User.is_bot": False,
    "MessageEntity.type": "text_link",
    "MessageEntity.offset": 0,
    "MessageEntity.length": 4,
}
# In an update these are text; the library keeps them decrypted.
_TEXTS = {(EncryptedPassportElement, "data")}


def fields_of(kind: Class) -> dict[str, Any]:
    """Give the fields of a class of the Bot API with their types."""
    if kind not in _FIELDS:
        hints = typing.get_type_hints(kind.__init__, localns={**vars(typing), **vars(telegram)})
        names = inspect.signature(kind).parameters.keys() - _NO_FIELDS
        _FIELDS[kind] = {name: hints[name] for name in sorted(names)}
    return _FIELDS[kind]


def variants_of(kind: Class) -> tuple[Class, ...]:
    """Give the classes that a field of this type may hold: the class itself, or all of its kinds."""
    kinds = kind.__subclasses__()
    return tuple(found for found in kinds if vars(telegram).get(found.__name__) is found) or (kind,)


def needed(kind: Class) -> set[str]:
    """Give the names of the fields that are always there."""
    if kind not in _NEEDED:
        parameters = inspect.signature(kind).parameters.items()
        _NEEDED[kind] = {name for name, one in parameters if one.default is inspect.Parameter.empty}
    return _NEEDED[kind]


@dataclass
class Planter:
    """Builds objects of the Bot API full of markers; `planted` tells the fields, class by class."""

    mint: Mint
    planted: defaultdict[Class, set[str]] = field(default_factory=lambda: defaultdict(set))
    _turns: Counter[Class] = field(default_factory=Counter)
    _inside: list[Class] = field(default_factory=list)

    def whole(self, kind: Class, **given: Any) -> TelegramObject:
        """Build an object with every field filled; of an object within its own kind, only what it needs."""
        only = needed(kind) if kind in self._inside or len(self._inside) > _DEEPEST else set(fields_of(kind))
        return self.some(kind, only, **given)

    def some(self, kind: Class, only: set[str], **given: Any) -> TelegramObject:
        """Build an object with some of its fields filled, `given` ones as given."""
        self._inside.append(kind)
        filled = {
            name: given[name] if name in given else self._value(kind, name, annotation)
            for name, annotation in fields_of(kind).items()
            if name in only
        }
        self._inside.pop()
        self.planted[kind].update(filled)
        with warnings.catch_warnings():
            # A field that is going out of use is planted as long as it is there.
            warnings.simplefilter("ignore", PTBDeprecationWarning)
            made: TelegramObject = kind(**filled)
        return made

    def _value(self, kind: Class, name: str, annotation: Any) -> Any:
        path = f"{kind.__name__}.{name}"
        if path in _DECISIVE:
            return _DECISIVE[path]
        return self._of(str if (kind, name) in _TEXTS else annotation, path)

    def _of(self, annotation: Any, path: str) -> Any:
        """Give a value of a type; of several types the first that can be planted."""
        origin = typing.get_origin(annotation)
        if origin in {typing.Union, types.UnionType}:
            return self._of(_first_of(typing.get_args(annotation)), path)
        if origin is not None and issubclass(origin, Sequence):
            return self._each(typing.get_args(annotation)[0], path)
        if _is_class(annotation):
            variants = variants_of(annotation)
            self._turns[annotation] += 1
            return self.whole(variants[self._turns[annotation] % len(variants)])
        return self._plain(annotation, path)

    def _each(self, annotation: Any, path: str) -> list[Any]:
        kinds = variants_of(annotation) if _is_class(annotation) else [annotation]
        return [self._of(annotation, path) for _ in kinds]

    def _plain(self, annotation: Any, path: str) -> Any:
        if annotation is bool:
            return True
        if annotation is int:
            return self.mint.number(path)
        if annotation is float:
            return self.mint.place(path)
        if annotation is datetime:
            return datetime.fromtimestamp(self.mint.moment(path), UTC)
        if annotation is timedelta:
            return timedelta(seconds=self.mint.moment(path))
        return self.mint.text(path)


def _first_of(annotations: Sequence[Any]) -> Any:
    real = [annotation for annotation in annotations if annotation is not types.NoneType]
    return next((kind for kind in (str, timedelta) if kind in real), real[0])


def kinds_of_update() -> dict[str, Class]:
    """Give the kinds of update with the class of what each brings."""
    fields = fields_of(Update).items()
    return {name: _first_of(typing.get_args(hint)) for name, hint in fields if name != "update_id"}


def updates(planter: Planter) -> Iterator[dict[str, Any]]:
    """Give updates of every kind: one full of everything, and for each field of a message one of its own."""
    for name, kind in kinds_of_update().items():
        for given in _forms(planter, name, kind):
            yield update_of(name, given)


def update_of(kind: str, content: TelegramObject) -> dict[str, Any]:
    """Give an update of this kind as JSON."""
    given: dict[str, Any] = {kind: content}
    return as_json(Update(update_id=1, **given))


def as_json(content: TelegramObject) -> dict[str, Any]:
    """Give an object as Telegram sends it, which leaves out what is not so, as that a group was created."""
    said: dict[str, Any] = _without_denials(json.loads(content.to_json()))
    return said


def _without_denials(content: Any) -> Any:
    if isinstance(content, list):
        return [_without_denials(part) for part in content]
    if not isinstance(content, dict):
        return content
    kept = {name: value for name, value in content.items() if value is not False or name == "is_bot"}
    return {name: _without_denials(value) for name, value in kept.items()}


def _forms(planter: Planter, name: str, kind: Class) -> Iterator[TelegramObject]:
    for _ in range(_most_variants(kind)):
        yield planter.whole(kind)
    if kind is Message and name in {"message", "edited_message"}:
        always = {*needed(kind), "from_user"}
        for one in fields_of(kind).keys() - always:
            yield planter.some(kind, {*always, one})


def _most_variants(kind: Class) -> int:
    return max(len(variants_of(hint)) if _is_class(hint) else 1 for hint in fields_of(kind).values())


def _is_class(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, TelegramObject)
