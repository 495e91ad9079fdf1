"""The flow chart shows the whole table."""

from conversations.flow import FLOW
from conversations.flow.drawing import edges, mermaid


def test_the_picture_shows_every_step_and_every_way() -> None:
    lines = mermaid().splitlines()
    assert lines[0] == "flowchart TD"
    for step in FLOW.values():
        assert any(line.strip().startswith((f"{step.name}[", f"{step.name}([")) for line in lines)
        for label, to in edges(step):
            assert f"    {step.name} -- {label} --> {to}" in lines
