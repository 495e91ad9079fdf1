import json
from pathlib import Path

from conversations.address import AddressKind, canonical, defang, read
from conversations.address.finding import find

SHAPES = json.loads(Path(__file__).with_name("shared_messages.json").read_text("utf-8"))
LANGUAGES = {
    "ar",
    "en",
    "es",
    "fr",
    "hi",
    "id",
    "kk",
    "ln",
    "mn",
    "ms",
    "ne",
    "ps",
    "pt",
    "sw",
    "uk",
    "ur",
    "wo",
}


def test_the_shapes_are_many_and_of_many_apps_in_every_language() -> None:
    """The measure means something: 200 messages or more, 25 apps or more, all languages of the portals."""
    assert len({shape["text"] for shape in SHAPES}) >= 200
    assert len({shape["app"] for shape in SHAPES}) >= 25
    assert {shape["language"] for shape in SHAPES} >= LANGUAGES


def test_99_of_100_shapes_are_found_exactly() -> None:
    """What people share is found, whole, without the sharer, and nothing else is taken for a link."""
    misses = []
    for shape in SHAPES:
        found = find(shape["text"], handles=shape.get("handles", False))
        given = [address.given for address in found.addresses]
        doubtful = [address.given for address in found.doubtful]
        expected = (shape["given"], shape.get("doubtful", []), shape.get("unreportable", []))
        if (given, doubtful, list(found.unreportable)) != expected:
            misses.append((shape["app"], shape["text"], given, found.unreportable))
    print(*misses, sep="\n")  # noqa: T201 - pytest shows it when the measure is missed
    assert len(misses) <= len(SHAPES) * 0.01


def test_every_found_shape_survives_showing_and_keeping() -> None:
    """Defanged and pasted back, or read from the state, it is the same address."""
    for shape in SHAPES:
        for address in find(shape["text"], handles=shape.get("handles", False)).addresses:
            assert read(address.given) == address
            assert canonical(address.given) == address.canonical
            assert find(defang(address.given), handles=True).addresses == (address,)


def test_every_kind_is_among_the_shapes() -> None:
    """No kind of address goes unmeasured."""
    kinds = {a.kind for s in SHAPES for a in find(s["text"], handles=s.get("handles", False)).addresses}
    assert kinds == set(AddressKind)
