"""What each state of a report means, for the page that teaches how to read one; also printed in the README."""

from collections.abc import Mapping

from provenance.said import said

Meaning = tuple[str, Mapping[str, str]]

EXPLAINED: Mapping[str, Meaning] = {
    "integrity": (
        said("Is the file as it was when it was signed?"),
        {
            "intact": said("Unchanged since signing."),
            "altered": said("Changed after it was signed. What was stated then is not repeated for this copy."),
            "absent": said("No Content Credentials found. That says nothing about whether AI was used."),
            "unreadable": said("There is something, but it could not be read or checked."),
            "elsewhere": said("The file says its credentials are kept at another address. They are not fetched."),
        },
    ),
    "signature": (
        said("Does the signature fit what was signed?"),
        {
            "valid": said("It fits, and the certificate was in force."),
            "invalid": said("It does not fit, or the certificate had expired or was withdrawn."),
            "absent": said("Nothing is signed."),
        },
    ),
    "trust": (
        said("Who vouches for the signer?"),
        {
            "listed": said("The signer's certificate is on the C2PA trust list of the date given."),
            "registry": said("Only this registry knows the signer."),
            "untrusted": said("Nobody known here. What such credentials state is shown under “Everything”, not as fact."),
            "absent": said("Nothing is signed."),
        },
    ),
    "time_stamp": (
        said("Who says when it was signed?"),
        {
            "trusted": said("An independent time-stamp authority."),
            "untrusted": said("A time-stamp authority not known here."),
            "absent": said("Only the signer; there is no independent time-stamp."),
        },
    ),
    "registry": (
        said("Does this registry know the file?"),
        {
            "registered_matching": said("Yes: this is a file it signed."),
            "registered_stripped": said("It knows the content; the copy lacks Content Credentials. Its record is shown."),
            "registered_altered": said("It knows the credentials, but this copy differs from the file they were made for."),
            "unknown": said("No. That says nothing for or against the file."),
        },
    ),
    "extent": (
        said("How much AI is stated?"),
        {
            "stated": said("For every part of the work: a quantity, or that no generative AI was used."),
            "partly_stated": said("Some of it. Where a quantity is missing, the bar is broken, not empty."),
            "not_stated": said("Nothing that anybody known here vouches for. That is not the same as none."),
        },
    ),
    "consent": (
        said("Did the people depicted agree?"),
        {
            "confirmed": said("Consent was on file for everyone whose consent it needs."),
            "ended": said("It has ended. Works made before may be allowed to continue."),
            "under_review": said("It is being looked into."),
            "not_required": said("As the producer states what was done, it needs nobody's consent."),
            "not_stated": said("Nothing is stated."),
        },
    ),
    "ingredients": (
        said("What was it made from?"),
        {
            "intact": said("None of the assets used had been changed after it was signed."),
            "altered": said("At least one had been changed after it was signed, before this file was made."),
            "none": said("No assets used are listed."),
        },
    ),
}
