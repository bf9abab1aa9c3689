"""What each type of problem document means, for the page at its address: a title, what was found, what would help.

A code not named here is explained by its family, the part before the dot.
"""

import re
from dataclasses import dataclass

CODE = re.compile(r"[a-z][a-z_]{0,39}(\.[a-z][a-z0-9_]{0,59})?")


@dataclass(frozen=True, slots=True)
class ProblemType:
    title: str
    explanation: str
    remedy: str


def explained(code: str) -> ProblemType | None:
    """The type of that code or of its family; None where neither is known."""
    if not CODE.fullmatch(code):
        return None
    return TYPES.get(code) or FAMILIES.get(code.partition(".")[0])


_FORM = "Compare the errors of the answer with the schema of the declaration; each names the place at fault."
_DESK = "Ask the studio's legal desk. The answer says which record would be needed."

FAMILIES = {
    "consent": ProblemType(
        "Consent does not cover this",
        "Someone would be depicted in a way, a place or at a time that no consent on record covers.", _DESK),
    "declaration": ProblemType(
        "The declaration cannot be accepted",
        "What was said to have been done is incomplete, contradicts itself or uses words not known here.", _FORM),
    "media": ProblemType(
        "The file cannot be accepted",
        "Its bytes are empty, damaged, of another kind than they seem, too large, or could do harm.",
        "Export the file afresh from the tool that made it, and send it again."),
    "provenance": ProblemType(
        "The history of this file contradicts the declaration",
        "What is known of the file or of what went into it does not agree with what was declared.",
        "Declare at least what the assets used carry; only the desk, with a reason, can reduce that."),
    "extent": ProblemType(
        "How much AI was involved is not settled",
        "What was measured, what was declared, and the evidence that was sent do not fit together.",
        "Send the operation's own before and after, or a matte; or wait for the legal desk, which has been asked."),
    "signing": ProblemType(
        "The file was not signed",
        "The credentials could not be made, and nothing was released.",
        "It is tried again by itself up to five times; after that an operator is told."),
    "key": ProblemType(
        "There is no usable signing key",
        "The studio's certificate has expired, or its key cannot be reached.",
        "An operator renews the certificate; the file is then signed without being sent again."),
    "verification": ProblemType(
        "The question cannot be answered",
        "What was asked about is not a file or a fingerprint this registry can look up.",
        "Send one file, or a SHA-256 fingerprint of 64 hexadecimal digits."),
    "status_list": ProblemType(
        "There is no such list",
        "The position asked from lies after the last one that was given out.",
        "Fetch the whole list, without `since`, and follow from its position."),
    "request": ProblemType(
        "The request cannot be understood",
        "Its form, its address or its method is not one this interface has.",
        "Compare it with the description of the interface."),
    "client": ProblemType(
        "This program may not do that",
        "Its access is missing, has expired or was withdrawn, or does not extend to what was asked.",
        "Fetch a new token; if that does not help, ask the organisation that gave out the access."),
    "storage": ProblemType(
        "The file could not be kept",
        "The store did not accept it. Nothing was recorded.",
        "Send it again later; an operator is told."),
    "manifest": ProblemType(
        "The credentials would say what they may not",
        "They would name a person, use a word outside the vocabulary of Content Credentials, or contradict themselves. "
        "Nothing was signed.",
        "Take names out of titles and descriptions; where they contradict themselves, name digital source types that say "
        "plainly whether a model made new content. Then send the declaration again."),
    "ingredient": ProblemType(
        "An asset used cannot be used",
        "It is not known here, is not yours to use, or does not come with the file it names.",
        "Name an asset of this production by its id, or send its file along."),
    "asset": ProblemType(
        "The asset cannot be worked with as it stands",
        "There is no asset of that id for you, or its state does not allow what was asked.",
        "Read the asset: its state says what comes next."),
    "concern": ProblemType(
        "The concern cannot be taken in, or answered",
        "Something a notice needs is missing, there is no such file or concern here, or it was answered meanwhile.",
        "Fill in what the page names. One concern about a file is answered at a time."),
    "trust": ProblemType(
        "The list cannot be taken over",
        "What was given is no list of certificates, or lacks most of those in use. The list in use was not changed.",
        "Compare it with what its publisher offers; if fewer are meant, say so."),
    "verdict": ProblemType(
        "There is no such kept check",
        "Nobody had a check kept under that id, or what was to be kept was told too long ago.",
        "Check the file again, and have that check kept."),
    "upload": ProblemType(
        "The upload cannot go on, or cannot be quoted",
        "It is not known here, was ended, is not complete, or what arrived is not what was announced.",
        "Ask with HEAD how much has arrived and go on from there; where it is gone or broken, begin a new upload."),
    "credential": ProblemType(
        "There is no such credential",
        "No credential of that id was released here.",
        "Check the address, or check the file itself."),
    "evidence": ProblemType(
        "The document cannot be kept",
        "It is empty, damaged, too large, or of a kind that cannot stand for a signed paper.",
        "Scan or export it afresh, as PDF or as a picture."),
    "ending": ProblemType(
        "This ending cannot be recorded",
        "Its dates do not fit together.",
        "An ending is received no later than today and takes effect when it is received, or later."),
    "receipt": ProblemType(
        "There is no such receipt, or it cannot be believed",
        "A receipt is of a verified consent in force; it was changed, is of another registry, or its list is damaged.",
        "Ask the studio for the receipt again, and fetch the status list afresh."),
    "journal": ProblemType(
        "A reason is missing",
        "Every act at the desk is written down together with its reason.",
        "Say why, in a sentence a colleague will understand next year."),
    "desk": ProblemType(
        "This is for another role",
        "At this desk, your role does not include what you tried to do.",
        "Ask a colleague whose role does, or the one who gives out roles."),
    "person": ProblemType(
        "This cannot be said of a person",
        "What was entered contradicts itself, or the person has been erased.",
        "Compare it with the papers. What was erased stays erased."),
    "authority": ProblemType(
        "This authority cannot be recorded so",
        "It rests on no document, its dates do not fit together, or one lawyer cannot do both halves.",
        "Name the document, check the dates, and let a second lawyer verify it."),
    "production": ProblemType(
        "This cannot be said of a production",
        "Its title is missing, or what it is linked to does not fit.",
        "Link it to people and productions on the same studio's files."),
    "unit": ProblemType(
        "This scene or shot cannot be added",
        "Its code is missing, or taken already.",
        "Give it the code by which vendors know it, once."),
    "member": ProblemType(
        "This access cannot be changed so",
        "The name is taken or unfit, the role is held already, or the account is not yours to change.",
        "Another operator can change your own access; another organisation's operator its own members'."),
    "identifier": ProblemType(
        "This is no such identifier",
        "Its form, or its check character, is not that of an ISNI, HAND, EIDR or ISAN.",
        "Compare it with the source, character by character."),
    "text": ProblemType(
        "The text cannot be read as it looks",
        "It holds characters that cannot be seen, or that reorder what stands around them.",
        "Type it rather than paste it."),
    "clearance": ProblemType(
        "There is no such clearance",
        "No answer of that id is on record, or it was given to somebody else.",
        "Ask again; the answer has a new id."),
    "organisation": ProblemType(
        "The organisation cannot be registered like this",
        "Its name or kind is not one that can be kept, or it has an operator already.",
        "The operator corrects what the sentence names."),
    "statement": ProblemType(
        "This cannot be stated",
        "A lock, approval or determination names something that is not on file, or was answered before.",
        "Load the page again and read what stands there now."),
    "webhook": ProblemType(
        "The webhook cannot be worked with like this",
        "There is no webhook or delivery of that id for you, or its state does not allow what was asked.",
        "Read the webhook: whether it is disabled, and why, stands there; its deliveries tell what came of each attempt."),
    "softbinding": ProblemType(
        "The soft binding cannot be resolved like this",
        "What was asked is no value, content, manifest or binding in the form that the C2PA's Soft Binding Resolution API has.",
        "Read what the sentence asks for; /api/softbinding/v1/services/capabilities tells what is offered."),
    "outbound": ProblemType(
        "That address is not spoken to",
        "It is not https, is written in a way that hides where it leads, or does not lead to a public address.",
        "Give the https:// address of a receiver that can be reached from the internet; the operator may allow an inner one."),
    "sequence": ProblemType(
        "This is not one frame sequence",
        "The index, or the frames sent with it, do not make one list of frames that are alike.",
        "The errors name the frames by their numbers, or the place in the index. Correct it and send the sequence again."),
    "queue": ProblemType(
        "Too many files wait to be signed",
        "As many wait as are taken in, of this vendor or of all. Nothing of what was sent was stored.",
        "Wait for as long as Retry-After says, and send it again; under the same Idempotency-Key it is taken once."),
    "service": ProblemType(
        "The registry could not answer",
        "It failed, or could not reach its own records. Nothing was changed.",
        "Try again in a minute; if it stays so, give the operator the request id."),
}  # fmt: skip

TYPES = {
    "consent.no_grant": ProblemType(
        "No consent is on record",
        "Nobody recorded that this person agreed to this use. Silence is not consent.",
        "The legal desk records and confirms a consent that covers it."),
    "consent.expired": ProblemType(
        "The consent has run out",
        "There was a consent for this use, and its time is over.",
        "The legal desk agrees a new term with the person and records it."),
    "consent.not_yet": ProblemType(
        "The consent has not begun",
        "A consent for this use is on record; it begins later.",
        "Wait for the day it begins, or ask the legal desk for an earlier one."),
    "consent.ended": ProblemType(
        "The consent has ended",
        "It was withdrawn or ended. New uses are no longer covered; finished work may be.",
        "Only a new consent of the person or of who may speak for them."),
    "consent.excluded": ProblemType(
        "The person excluded this use",
        "A consent on record names this use as one that is not allowed. An exclusion outweighs every permission.",
        "Only the person can lift it, in a new revision of the consent."),
    "consent.out_of_scope": ProblemType(
        "The consent does not reach this far",
        "Consent is on record for other uses, productions, territories, media or languages than the one asked about.",
        "Ask for less, or have the consent extended."),
    "consent.offered": ProblemType(
        "The consent is only offered",
        "It was put before the person, and nobody has signed it yet.",
        "Wait for the person's answer; then a second lawyer confirms it."),
    "consent.awaiting_verification": ProblemType(
        "The consent waits for a second lawyer",
        "It was entered and has not been confirmed by another lawyer yet.",
        "A colleague of the one who entered it confirms it at the desk."),
    "consent.locked": ProblemType(
        "Use is suspended",
        "A lock stands over this use at present.",
        "The legal desk knows when it will be lifted."),
    "consent.disputed": ProblemType(
        "The consent is disputed",
        "Somebody contests it, or who may give it; until that is resolved, lawyers look at each use.",
        "Nothing needs to be sent again: the answer follows the resolution."),
    "consent.needs_counsel": ProblemType(
        "A lawyer has to decide",
        "The record neither allows nor forbids it, so it waits before the legal desk.",
        "Nothing needs to be sent again: the answer follows the decision."),
    "consent.evidence_missing": ProblemType(
        "The paper is missing",
        "A consent is entered without the signed document it rests on.",
        "The legal desk adds the document."),
    "consent.prohibited": ProblemType(
        "This is not allowed whatever was agreed",
        "A rule that no consent can lift forbids it.",
        "Nothing clears this. Change the work."),
    "consent.unidentified": ProblemType(
        "Who is depicted is not known",
        "A real person is depicted who is not named in the declaration.",
        "Name the person by the id the studio gave out, or ask the legal desk."),
    "consent.approval_missing": ProblemType(
        "The person wants to see this first",
        "The consent asks for an approval of this very file, and there is none.",
        "The legal desk obtains the approval and records it."),
    "consent.authority": ProblemType(
        "Who agreed could not speak for this person",
        "The authority behind the signature is missing, unconfirmed, or was not in force.",
        "The legal desk records who may speak for the person and on what basis."),
    "consent.guardian": ProblemType(
        "A guardian has to agree",
        "The person is or was a minor, and no guardian's consent is on record.",
        "The legal desk records the guardian's consent."),
    "client.not_sandbox": ProblemType(
        "This is for programs of the sandbox",
        "Samples, and answers in the place of a legal desk, are there only for trying things out.",
        "Register a program as one of the sandbox; about real assets the studio's legal desk decides."),
    "client.no_sandbox": ProblemType(
        "There is no sandbox yet",
        "It is opened with the first program registered for it.",
        "Register a program as one of the sandbox."),
    "provenance.laundering": ProblemType(
        "An asset used carries more AI than declared",
        "The file, or something it was made from, has a history of AI that the declaration leaves out.",
        "Declare it, or name the asset used so that its history is carried over."),
    "provenance.possible_likeness": ProblemType(
        "It may show the same as a known asset",
        "Its fingerprint is near to that of an asset which carries AI that the declaration does not name. That is possible "
        "and no proof.",
        "Wait for the legal desk, which compares the two; or, if it is the same, declare what was done to it."),
    "extent.more_than_declared": ProblemType(
        "More was measured than was declared",
        "An operation touched places, or a share, beyond those its declaration names, by more than the tolerance.",
        "Nothing is corrected by itself: the legal desk answers for it. Or send evidence of this operation alone."),
    "extent.nothing_found": ProblemType(
        "Nothing was found of what was declared",
        "The operation's evidence and its result do not differ above the noise, though the operation is declared.",
        "Send the file that the operation began from, or wait for the legal desk."),
    "extent.not_measured": ProblemType(
        "The evidence could not be measured",
        "It cannot be read, or does not fit the asset: another length, rate, size or kind. No number is told.",
        "Send evidence that fits; the asset then goes on by itself. Or wait for the legal desk."),
    "extent.evidence_too_late": ProblemType(
        "Evidence comes too late",
        "A worker is at the asset, or it was signed or refused.",
        "What was signed stands. Send the asset anew, with its evidence."),
    "softbinding.value": ProblemType(
        "The value is not one of that algorithm",
        "A value of io.iscc.v0 is base64 of one or more ISCC units of 256 bits, header and body each.",
        "Compute the units at full length (256 bits), join their bytes, encode them; in an address percent-encode the result."),
    "softbinding.signed_here": ProblemType(
        "It is not a program's to withdraw",
        "This registry signed the manifest. Only its producer decides whether the work is public.",
        "Ask the studio to make the work private at its desk."),
    "softbinding.no_receipts": ProblemType(
        "Receipts are not given out",
        "This registry keeps no transparency log that a receipt could be taken from yet.",
        "Keep the manifest without a receipt."),
    "upload.offset": ProblemType(
        "The upload stands elsewhere",
        "Bytes were sent for a place that is not where the upload stands: some were lost, or came twice.",
        "Upload-Offset tells how much has arrived. Go on from there."),
    "upload.in_use": ProblemType(
        "Another request is adding to this upload",
        "Two programs, or two tabs, send the same upload at once. Only one can.",
        "Let the other finish. If it died, its silent line makes room within seconds: ask again."),
    "upload.broken_off": ProblemType(
        "The line broke off or was too slow",
        "Nothing, or next to nothing, came for so long that the request was ended. What had arrived is kept.",
        "Go on from Upload-Offset. On a slow line send smaller pieces."),
    "upload.checksum": ProblemType(
        "These bytes are not those that were sent",
        "They do not have the checksum that came with them, so none of them was kept.",
        "Send the same piece again."),
    "upload.sha256": ProblemType(
        "The file is not the one that was announced",
        "All of it arrived, and it does not have the SHA-256 that was announced. Nobody knows where it differs.",
        "Begin a new upload. If it fails again, the file was changed after its hash was made."),
    "upload.broken": ProblemType(
        "This upload cannot be used",
        "What arrived is not the file that was announced, or was lost; it was removed.",
        "Begin a new upload."),
    "upload.expired": ProblemType(
        "This upload has expired",
        "Nothing arrived for so long that it is kept no more.",
        "Begin a new upload; Upload-Expires tells how long it is kept."),
    "upload.no_room": ProblemType(
        "There is no room for more",
        "The disk on which uploads lie is full. What had arrived is kept.",
        "Go on later from where it stands; the operator makes room."),
    "upload.too_many": ProblemType(
        "Too many uploads are open",
        "This program began more uploads than it may have open at a time.",
        "Submit what is complete, and end with DELETE what is not wanted."),
    "upload.too_much": ProblemType(
        "The open uploads are too large together",
        "With this one they would hold more bytes than a program may have open at a time.",
        "Submit what is complete, and end with DELETE what is not wanted."),
    "upload.incomplete": ProblemType(
        "The upload is not complete",
        "It was quoted before all of it had arrived.",
        "Send the rest, then quote it again."),
    "upload.being_checked": ProblemType(
        "The upload is being hashed",
        "All of it arrived; a large file takes seconds or minutes to be read back.",
        "Quote it again when GET tells that it is complete."),
    "upload.tus_not_here": ProblemType(
        "Files go to the bucket in parts here",
        "This installation keeps files in a bucket and has no folder in which uploads could grow.",
        "Begin with JSON: filename, size, sha256 and parts true."),
    "upload.parts_not_here": ProblemType(
        "Files are sent by tus here",
        "Parts were asked for, and this installation keeps its files in a folder, not in a bucket.",
        "Begin with the headers Tus-Resumable and Upload-Length, and go on with PATCH."),
    "upload.parts": ProblemType(
        "The parts do not make the file",
        "A part is missing, is not one of this file, or is not what was put into the bucket.",
        "Put the parts that are missing, and tell number and ETag of each."),
    "upload.version": ProblemType(
        "Another version of tus is spoken here",
        "Tus-Resumable names a version that is not known here, or is missing.",
        "Send Tus-Resumable: 1.0.0."),
    "asset.not_reached": ProblemType(
        "The batch took too long",
        "The time of a batch was over before this item was begun.",
        "Send it again, in this batch or another: what was taken in already is answered as the same asset."),
    "webhook.unknown_event": ProblemType(
        "There is no such event",
        "A webhook was to be told of a type of event that is not among those told here.",
        "Name types from the list in the answer, or leave them out to be told of all."),
    "webhook.too_many": ProblemType(
        "There are as many webhooks as there may be",
        "An organisation has at most ten.",
        "Delete one that is not used, or change where it leads."),
    "webhook.disabled": ProblemType(
        "The webhook is disabled",
        "Its owner disabled it, it answered 410 Gone, or it accepted nothing for five days. Nothing is sent to it.",
        "See that it answers (test it), enable it by PATCH with disabled false, and replay what it missed."),
    "webhook.is_test": ProblemType(
        "A test is sent once", "It says only that messages arrive, now.", "Test the webhook anew."),
    "webhook.being_sent": ProblemType(
        "It is being sent right now", "Another attempt at this very delivery is under way.", "Read the delivery in a minute."),
    "webhook.changed": ProblemType(
        "The webhook was changed meanwhile",
        "Somebody else of your organisation changed it after you had read it.",
        "Read it again, and say what is to change."),
    "outbound.not_public": ProblemType(
        "The address leads inside",
        "Its host is, or resolves to, an address that is private, local or reserved. Nothing was sent there.",
        "Name a host that has public addresses only, or ask the operator to allow this one (OUTBOUND_ALLOWED_HOSTS)."),
    "sequence.missing": ProblemType(
        "Frames are missing",
        "Between the first and the last frame, or of those listed, some did not come, and the index states no gap there.",
        "Send them with the others; or state the gap in the index: \"missing\": [{\"first\": 1012, \"last\": 1015}]."),
    "sequence.doubled": ProblemType(
        "A frame number is given twice",
        "Two frames have the same number, so nobody can say which is meant. Frames that are the same bytes are no fault.",
        "Number every frame once."),
    "sequence.differs": ProblemType(
        "A frame did not arrive as it is listed",
        "The SHA-256, the size or the Merkle root in the index is not that of the bytes that came.",
        "Send the frame again, or make the index anew from the files."),
    "sequence.unexpected": ProblemType(
        "There are frames that should not be there",
        "Frames came that the index does not list, that it states as missing, or that lie beyond its first or last.",
        "Leave them out, or correct the index."),
    "sequence.mixed": ProblemType(
        "The frames are not alike",
        "They differ in kind of file or in size; the answer names which are what.",
        "Send one sequence for each kind and size."),
    "sequence.not_a_frame": ProblemType(
        "This is no frame",
        "A frame is one picture: OpenEXR, DPX, TIFF, PNG, JPEG or DNG.",
        "Send anything else as a file of its own, with a declaration of its own."),
    "sequence.names": ProblemType(
        "The frames are not called alike",
        "In a sequence the names of the files differ in the number of the frame alone, with as many digits in each.",
        "Rename the files, send an index with their pattern, or leave out what does not belong to them."),
    "sequence.pattern": ProblemType(
        "The pattern cannot be read",
        "A pattern says once where the number of the frame stands.",
        "Write sh010.%04d.exr, sh010.####.exr or sh010.[1001-1240].exr."),
    "sequence.empty": ProblemType(
        "There is no frame",
        "An index came, and no frame with it.",
        "Send each frame as a part named as its file is, or quote the upload of each in the index."),
    "sequence.no_upload": ProblemType(
        "A frame quotes no upload",
        "In JSON, each frame of the index names by its id the upload that its bytes came in.",
        "Upload the frame first, and put the upload's id beside its number."),
    "sequence.too_long": ProblemType(
        "The sequence is too long",
        "A sequence has at most 100,000 frames, and a form brings at most 2,000 of them.",
        "Upload the frames and quote them; of more than 100,000, send several sequences."),
    "clearance.not_permitted": ProblemType(
        "The clearance that is quoted is no yes",
        "A declaration quotes an answer that was no, or that waits for counsel.",
        "Leave it out, or ask again and quote what is permitted. Consent is decided from the record either way."),
    "clearance.not_covered": ProblemType(
        "The clearance that is quoted does not reach so far",
        "It was asked about another production, act, shot, place, medium, person or use than is declared.",
        "Ask about what is declared, and quote that answer; or declare what was asked about, if that is what was done."),
    "clearance.list_unreadable": ProblemType(
        "The shot list cannot be read",
        "It is empty, damaged, of another kind than it says, or has columns or clips that say nothing known here.",
        "Fill in the template at /api/v1/clearances/shot-list.csv, or see docs/hatch.md for cuts in OpenTimelineIO."),
    "clearance.list_too_long": ProblemType(
        "The shot list is too long",
        "More is asked than is answered at once. None of it was answered.",
        "Send it in parts of at most five hundred questions."),
    "clearance.formula": ProblemType(
        "A cell holds a formula",
        "A spreadsheet would calculate what stands there; here it is read as it stands, and is no value.",
        "Write the value that the formula comes to."),
    "clearance.row": ProblemType(
        "A row cannot be read",
        "It names no shot, or has more cells than there are columns, or text that cannot be seen.",
        "Correct that row; the others were answered."),
    "clearance.timeline": ProblemType(
        "A part of the timeline says what cannot be said there",
        "Its metadata “countersign” has a name or a form that is not known at that place.",
        "See docs/hatch.md; the other clips were answered."),
    "request.key_malformed": ProblemType(
        "The Idempotency-Key cannot be used",
        "It is empty, longer than 255 characters, or holds spaces or what is not ASCII.",
        "Choose a new random key, such as a UUID, for each thing that is to be done once."),
    "request.key_in_use": ProblemType(
        "The same request is being carried out",
        "A request under this Idempotency-Key has begun and has no answer yet.",
        "Wait for as long as Retry-After says, and send it again under the same key: then you are told its answer."),
    "request.key_reused": ProblemType(
        "The key was used for something else",
        "Within the last 24 hours another address was asked, or another body sent, under this Idempotency-Key.",
        "Send what is new under a key of its own. The same request is sent again as it was, byte for byte or value for value."),
    "request.precondition": ProblemType(
        "It changed since it was read",
        "The request was to be carried out only if what it is about is as it was read (If-Match), and it is not.",
        "Read it again, and send what is still right with the ETag that it has now."),
    "oembed.format": ProblemType(
        "This form is not given",
        "oEmbed is answered as JSON only.",
        "Ask with format=json, or without a format."),
    "oembed.malformed": ProblemType(
        "The size cannot be read",
        "maxwidth and maxheight are whole numbers of pixels, in digits.",
        "Ask for a size in whole pixels, or for none."),
    "oembed.unknown": ProblemType(
        "There is nothing to embed at that address",
        "oEmbed is given for the pages of released credentials (/c/…) of this registry.",
        "Ask with the address of such a page as url, percent-encoded."),
    "client.too_many_requests": ProblemType(
        "Too many requests",
        "This program, or this address, asked more than its share of this minute. The others have theirs all the same.",
        "Wait for as long as Retry-After says. The fields RateLimit and RateLimit-Policy of every answer tell what is left."),
    "media.empty": ProblemType(
        "The file is empty",
        "There are no bytes in it.",
        "Send the file again; an interrupted transfer may be the cause."),
    "media.too_large": ProblemType(
        "The file is too large",
        "It is larger than this registry accepts.",
        "Ask the operator for the limit, or send a smaller export."),
    "media.busy": ProblemType(
        "Too many files are being read", "All readers are at work at the moment.", "Try again in a minute."),
}  # fmt: skip
