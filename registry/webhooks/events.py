"""What webhooks tell of: each type of event in a sentence, and the family whose schema its payload follows."""

ASSET, CLEARANCE, CONSENT, CREDENTIAL, WEBHOOK = "asset", "clearance", "consent", "credential", "webhook"
TEST = "webhook.test"

# In the order in which they are listed. Families have a JSON Schema each: /schemas/webhook-{family}-1.json.
EVENTS = {
    "asset.received": "An asset was taken in, and is covered by consent. It waits to be signed.",
    "asset.held": "An asset waits for the studio's legal desk. Nothing needs to be sent again.",
    "asset.refused": "An asset was refused; nothing was signed. The asset, when read, says why and what would help.",
    "asset.signed": "An asset was signed: its file can be fetched.",
    "asset.superseded": "The very file of a signed asset was signed again for the same production; the later one stands for it.",
    "asset.dead": "Signing an asset failed five times. An operator looks into it.",
    "clearance.changed": "A clearance you were given would be answered otherwise now. Ask again before you rely on it.",
    "consent.ended": "A consent that assets of yours stand on has ended: nothing new may be made under it.",
    "credential.standing_changed": "How consent stands today behind a signed asset of yours is otherwise than it was.",
}


def family(kind: str) -> str:
    return kind.partition(".")[0]


def schema(kind: str) -> str:
    """The path of the JSON Schema that a payload of this type follows."""
    return f"/schemas/webhook-{family(kind)}-1.json"
