"""Webhooks: which there are, whether they work, and what was told them."""

from __future__ import annotations

from typing import Any

import click

from countersign import errors
from countersign.commands.common import asks, client
from countersign.screen import SCREEN
from countersign.shapes import WebhookDelivery

NEWEST = 50


@click.group()
def webhooks() -> None:
    """List webhooks, test them, and read what was delivered."""


@webhooks.command("list")
@asks()
def list_(profile: str, patience: float) -> int:
    """List your organisation's webhooks."""
    rows = []
    with client(profile, patience) as registry:
        for one in registry.webhooks():
            SCREEN.event("webhook", **one)
            how = "disabled" if one["disabled"] else "failing" if one["failing_since"] else "active"
            rows.append((one["id"], how, one["address"], ", ".join(one["events"]) or "all events"))
    SCREEN.table(("webhook", "state", "address", "events"), rows)
    return errors.DONE


@webhooks.command(short_help="Have a test event sent, and hear what came of it.")
@click.argument("webhook")
@asks()
def test(webhook: str, profile: str, patience: float) -> int:
    """Have a test event sent to a WEBHOOK (whk_…), and tell what came of it.

    Ends with 0 where it was accepted, 1 where not, 8 where it is still going.
    """
    with client(profile, patience) as registry:
        found = registry.test_webhook(webhook)
    SCREEN.event("delivery", **found)
    SCREEN.say(f"{found['state']}: {_last(found)}")
    return {"delivered": errors.DONE, "queued": errors.NOT_YET}.get(found["state"], errors.FAILED)


@webhooks.command(short_help="List what was sent to one, the newest first.")
@click.argument("webhook")
@click.option("--state", default="", help="Only those, such as dead.")
@click.option("--all", "everything", is_flag=True, help=f"All of them, not the newest {NEWEST}.")
@asks()
def deliveries(webhook: str, state: str, everything: bool, profile: str, patience: float) -> int:
    """List what was sent to a WEBHOOK (whk_…), the newest first."""
    rows = []
    with client(profile, patience) as registry:
        for one in registry.webhook_deliveries(webhook, state=state):
            SCREEN.event("delivery", **one)
            rows.append((one["id"], one["type"], one["state"], one["changed_at"][:19].replace("T", " "), _last(one)))
            if len(rows) == NEWEST and not everything:
                break
    SCREEN.table(("delivery", "event", "state", "since (UTC)", "last answer"), rows)
    return errors.DONE


def _last(delivery: WebhookDelivery) -> str:
    attempts: list[dict[str, Any]] = delivery["attempts"]
    if not attempts:
        return "not tried yet"
    last = attempts[-1]
    return str(last.get("error") or f"answered {last.get('status')} after {last.get('milliseconds')} ms")
