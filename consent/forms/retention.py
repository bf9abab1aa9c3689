"""The form on which two lawyers say how long a studio keeps the papers of consents that are over."""

from collections.abc import Iterator

from consent.forms.shape import STUDIO, Form, Values, long, number, number_in

RETENTION = "studio.retention"
MOST_YEARS = 100


def _whole_years(values: Values) -> Iterator[tuple[str, str]]:
    years = number_in(values, "years")
    if years != int(years) or not 1 <= years <= MOST_YEARS:
        yield "years", f"Give whole years, from 1 to {MOST_YEARS}."


FORMS = (
    Form(
        RETENTION, "How long papers are kept", "Retention", (STUDIO,),
        (
            number("years", "Years after a consent is over"),
            long("basis", "On what that rests", "Such as a policy, or a limitation period."),
        ),
        "From then on, papers of consents that have been over for so long are destroyed by themselves, and what is known of a "
        "person once nothing rests on any of their consents. A legal hold keeps all it lies on. Look at “What will go” first.",
        people=2, check=_whole_years, ends="Its lifting by a second person: then nothing is destroyed by itself.",
    ),
)  # fmt: skip
