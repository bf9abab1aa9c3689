"""What each state of a report means, for the page that teaches how to read one; also printed in the README."""

from collections.abc import Mapping

Meaning = tuple[str, Mapping[str, str]]

EXPLAINED: Mapping[str, Meaning] = {
    "integrity": (
        "Is the file as it was when it was signed?",
        {
            "intact": "Unchanged since signing.",
            "altered": "Changed after it was signed. What was stated then is not repeated for this copy.",
            "absent": "No Content Credentials found. That says nothing about whether AI was used.",
            "unreadable": "There is something, but it could not be read or checked.",
            "elsewhere": "The file says its credentials are kept at another address. They are not fetched.",
        },
    ),
    "signature": (
        "Does the signature fit what was signed?",
        {
            "valid": "It fits, and the certificate was in force.",
            "invalid": "It does not fit, or the certificate had expired or was withdrawn.",
            "absent": "Nothing is signed.",
        },
    ),
    "trust": (
        "Who vouches for the signer?",
        {
            "listed": "The signer's certificate is on the C2PA trust list of the date given.",
            "registry": "Only this registry knows the signer.",
            "untrusted": "Nobody known here. What such credentials state is shown under “Everything”, not as fact.",
            "absent": "Nothing is signed.",
        },
    ),
    "time_stamp": (
        "Who says when it was signed?",
        {
            "trusted": "An independent time-stamp authority.",
            "untrusted": "A time-stamp authority not known here.",
            "absent": "Only the signer; there is no independent time-stamp.",
        },
    ),
    "registry": (
        "Does this registry know the file?",
        {
            "registered_matching": "Yes: this is a file it signed.",
            "registered_stripped": "It knows the content; the copy lacks Content Credentials. Its record is shown.",
            "registered_altered": "It knows the credentials, but this copy differs from the file they were made for.",
            "unknown": "No. That says nothing for or against the file.",
        },
    ),
    "extent": (
        "How much AI is stated?",
        {
            "stated": "For every part of the work: a quantity, or that no generative AI was used.",
            "partly_stated": "Some of it. Where a quantity is missing, the bar is broken, not empty.",
            "not_stated": "Nothing that anybody known here vouches for. That is not the same as none.",
        },
    ),
    "consent": (
        "Did the people depicted agree?",
        {
            "confirmed": "Consent was on file for everyone whose consent it needs.",
            "ended": "It has ended. Works made before may be allowed to continue.",
            "under_review": "It is being looked into.",
            "not_required": "As the producer states what was done, it needs nobody's consent.",
            "not_stated": "Nothing is stated.",
        },
    ),
    "ingredients": (
        "What was it made from?",
        {
            "intact": "None of the assets used had been changed after it was signed.",
            "altered": "At least one had been changed after it was signed, before this file was made.",
            "none": "No assets used are listed.",
        },
    ),
}
