"""Forms about what is out and has to stop: the notice to whoever distributes it, that it stopped, or why it need not."""

from consent.forms.shape import ASSET, Form, long, moment, text

TOPIC = "Distribution that stops"
NOTIFIED, STOPPED, NOT_NEEDED = "distribution.notified", "distribution.stopped", "distribution.not_needed"
WHO = (text("because_of", "Because of which order or ending", "Its id."), text("party", "Who distributes it"))

FORMS = (
    Form(
        NOTIFIED, "Notice to stop distribution", TOPIC, (ASSET,),
        (*WHO, moment("sent_at", "Sent at"), long("how", "How, and to whom")),
        "To a vendor, distributor or platform; “Distribution stopped” answers it.", many=True, ends="Nothing: it was sent.",
    ),
    Form(
        STOPPED, "Distribution stopped", TOPIC, (ASSET,),
        (*WHO, moment("stopped_at", "Stopped at"), long("what", "What was stopped, and where")),
        "With the confirmation of whoever stopped it.", evidence=True, many=True, ends="Nothing but a correction.",
    ),
    Form(
        NOT_NEEDED, "Distribution need not stop", TOPIC, (ASSET,), (*WHO, long("because", "Because")),
        "Such as a file that was never handed on.", many=True, ends="Its lifting, if that was wrong.",
    ),
)  # fmt: skip
