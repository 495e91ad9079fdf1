"""Seals any JSON to a running intake, as a channel may that is not our bot."""

import json
from base64 import b64encode
from typing import Any

import httpx
from nacl.public import PublicKey, SealedBox

from tests.intake_api.running_api import RunningApi, a_report


def report_json(**changes: Any) -> dict[str, Any]:
    """Write a report as JSON, with any change."""
    return a_report().model_dump(mode="json", exclude_defaults=True) | changes


async def hand_in_json(api: RunningApi, report: dict[str, Any], written: str | None = None) -> httpx.Response:
    """Hand in a report, or what is `written` in its place."""
    key = api.intake.keys.current().public_key()
    content = json.dumps(report) if written is None else written
    sealed = SealedBox(PublicKey(key.raw)).encrypt(content.encode("utf-8", "surrogatepass"))
    body = {"key_id": key.key_id, "sealed": b64encode(sealed).decode()}
    return await api.channel.put(f"/v1/reports/{report['draft_id']}", json=body)
