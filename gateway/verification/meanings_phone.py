"""What the reasons of a phone check mean."""

from typing import Final

from gateway.verification.reasons import Level, Meaning, ReasonCode, Subject
from gateway.verification.weights import MONTH, doubt, good, note, open_check, proof

_R = ReasonCode


def _phone_proof(meaning: str, action: str = "Ask again.") -> Meaning:
    return proof(Level.NUMBERING, Subject.ADDRESS, meaning, action, ttl=MONTH)


PHONE: Final = {
    _R.PHONE_EMPTY: proof(
        Level.SYNTAX,
        Subject.ADDRESS,
        "There is no number: the value is empty or only white space.",
        "Ask for a number, or leave the lead without one.",
        ttl=MONTH,
    ),
    _R.PHONE_INPUT_TOO_LONG: proof(
        Level.SYNTAX,
        Subject.ADDRESS,
        "The value is longer than 250 characters, more than any way of writing a number needs.",
        "Look at the form's field map: another field has probably landed here.",
        ttl=MONTH,
    ),
    _R.PHONE_NOT_A_NUMBER: proof(
        Level.SYNTAX,
        Subject.ADDRESS,
        "The value does not look like a phone number at all.",
        "Ask again.",
        ttl=MONTH,
    ),
    _R.PHONE_COUNTRY_CODE_INVALID: _phone_proof("The number begins with a country code that does not exist."),
    _R.PHONE_TOO_SHORT: _phone_proof("The number has fewer digits than any number of its country."),
    _R.PHONE_TOO_LONG: _phone_proof("The number has more digits than any number of its country."),
    _R.PHONE_LENGTH_INVALID: _phone_proof("No number of this country has this many digits."),
    _R.PHONE_LOCAL_ONLY: doubt(
        Level.NUMBERING,
        Subject.ADDRESS,
        "The number works only inside its area: the area code is missing.",
        "Ask for the number with its area code.",
        points=20,
    ),
    _R.PHONE_SHORT_NUMBER: doubt(
        Level.NUMBERING,
        Subject.ADDRESS,
        "This is a short number of its country, such as those of emergency, information and text message services: it"
        " cannot be dialled from abroad, and is nobody's line.",
        "Ask for the number of the person or the company.",
        points=20,
    ),
    _R.PHONE_NOT_IN_PLAN: doubt(
        Level.NUMBERING,
        Subject.ADDRESS,
        "The length fits, but the range is not in our copy of the numbering plan; plans grow every month.",
        "Call by hand, or check again after an update of the phone metadata named in the evidence.",
        points=15,
    ),
    _R.PHONE_REGION_MISSING: open_check(
        Level.NUMBERING,
        Subject.US,
        "The number is written in a national form, and no country to read it in was given, or only one guessed that"
        " does not fit it; or its digits are another country's number that lacks its plus sign.",
        "Send the person's or the company's country, or the number with + and country code.",
        retry=None,
    ),
    _R.PHONE_VALID: good(
        Level.NUMBERING,
        Subject.ADDRESS,
        "The number belongs to a range that its country has assigned.",
        points=20,
    ),
    _R.PHONE_TEXT_LEFT_OUT: note(
        Level.SYNTAX,
        Subject.ADDRESS,
        "Something stands around the number that is none of it: words, opening hours, a label, or a second number.",
        "Keep the rest in a field of its own.",
    ),
    _R.PHONE_LETTER_FOR_DIGIT: doubt(
        Level.SYNTAX,
        Subject.ADDRESS,
        "A letter stands among its digits that looks like one of them: which number was meant is not known.",
        "Ask for the number again.",
        points=20,
    ),
    _R.PHONE_OTHER_DIGITS: doubt(
        Level.SYNTAX,
        Subject.ADDRESS,
        "Other digits stand beside the number, as of a postcode, a room or a house: which of them are the number is"
        " a guess.",
        "Compare the number with the value as it was written, and keep the rest in a field of its own.",
        points=20,
    ),
    _R.PHONE_PREMIUM_RATE: note(
        Level.NUMBERING,
        Subject.ADDRESS,
        "A call to this range costs more than an ordinary one: who is called earns a part of it (premium rate).",
        "Ask for another number before anybody calls.",
    ),
    _R.PHONE_SHARED_COST: note(
        Level.NUMBERING,
        Subject.ADDRESS,
        "Who calls and who is called share the cost of a call to this range, which is mostly that of a service line.",
        "Ask for a direct number, and know the tariff before you call.",
    ),
    _R.PHONE_DO_NOT_CALL: note(
        Level.LISTS,
        Subject.LIST,
        "A do-not-call register names the number; the evidence says which, and of what date its file is.",
        "Do not call for marketing unless this person has agreed to be called.",
    ),
}
