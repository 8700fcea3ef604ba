"""What the reasons of a mailbox check mean: by our own SMTP probe, or by a vendor's."""

from datetime import timedelta
from typing import Final

from gateway.verification.reasons import Level, ReasonCode, Subject
from gateway.verification.weights import HOUR, MONTH, RETRY, doubt, good, open_check, proof

_R = ReasonCode

MAILBOX: Final = {
    _R.MAILBOX_ACCEPTED: good(
        Level.SMTP, Subject.ADDRESS, "The domain's mail server says that it takes mail for the address.", points=5
    ),
    _R.CATCH_ALL_EXCLUDED: good(
        Level.SMTP,
        Subject.DOMAIN,
        "The mail server refuses an invented address of the domain, so that its yes means something.",
        points=10,
    ),
    _R.CATCH_ALL_DOMAIN: doubt(
        Level.SMTP,
        Subject.DOMAIN,
        "The mail server says yes to any address of the domain, or never no, so that its yes proves nothing.",
        "Mail in small numbers and watch for bounces, or set `accepted_doubts: [catch_all_domain]` in the policy.",
        points=10,
    ),
    _R.MAILBOX_NOT_FOUND: proof(
        Level.SMTP,
        Subject.ADDRESS,
        "The domain's mail server says that there is no such mailbox (5.1.1, user unknown).",
        "Ask for another address.",
        ttl=MONTH,
    ),
    _R.MAILBOX_FULL: doubt(
        Level.SMTP,
        Subject.ADDRESS,
        "The mailbox exists and is over its quota; often nobody reads it any more.",
        "Check again in a week, or reach the person by another channel.",
        points=25,
    ),
    _R.MAILBOX_DISABLED: doubt(
        Level.SMTP,
        Subject.ADDRESS,
        "The mailbox exists and takes no mail: disabled, suspended or not accepting messages (5.2.1).",
        "Reach the person by another channel; do not mail.",
        points=40,
    ),
    _R.DOMAIN_NOT_SERVED: doubt(
        Level.SMTP,
        Subject.MX,
        "The server that the domain names as its mail server refuses to take mail for the domain (relaying denied).",
        "Ask for another address: the domain's mail is set up wrongly.",
        points=30,
    ),
    _R.MX_NOT_PUBLIC: doubt(
        Level.SMTP,
        Subject.MX,
        "None of the domain's mail servers has an address on the public Internet.",
        "Check that the gateway asks a resolver with the public view; else ask for another address.",
        points=25,
    ),
}

MAILBOX_OPEN: Final = {
    _R.CATCH_ALL_UNTESTED: open_check(
        Level.SMTP,
        Subject.DOMAIN,
        "The mail server says yes to the address; whether it says yes to an invented one as well is not told yet.",
        "Wait for the retry; if it stays, mail in small numbers and watch for bounces.",
        retry=RETRY,
    ),
    _R.SMTP_GREYLISTED: open_check(
        Level.SMTP,
        Subject.MX,
        "The mail server asks every new sender to come back later (greylisting).",
        "Wait for the retry: it is made after 15, 60 and 240 minutes.",
        retry=RETRY,
    ),
    _R.SMTP_THROTTLED: open_check(
        Level.SMTP,
        Subject.US,
        "The mail server says that we ask too much or too fast.",
        "Wait for the retry; lower the pace per mail server if it comes often.",
        retry=HOUR,
    ),
    _R.SMTP_TEMPORARY: open_check(
        Level.SMTP,
        Subject.MX,
        "The mail server has a difficulty of its own that it calls temporary (4xx).",
        "Wait for the retry.",
        retry=RETRY,
    ),
    _R.SMTP_REFUSED_US: open_check(
        Level.SMTP,
        Subject.US,
        "The mail server refuses the checker, not the address: block list, policy, reputation or sender (5.7.x).",
        "Read the reply in the evidence, mend what it names, and lift the pause; or use a vendor's mailbox check.",
        retry=timedelta(hours=4),
    ),
    _R.SMTP_UNCLEAR: open_check(
        Level.SMTP,
        Subject.MX,
        "The mail server's refusal does not say whether it is about the address or about us.",
        "Read the reply in the evidence; asking again rarely changes it.",
        retry=None,
    ),
    _R.SMTP_TIMEOUT: open_check(
        Level.SMTP,
        Subject.MX,
        "The mail server did not answer within the deadline.",
        "Wait for the retry.",
        retry=RETRY,
    ),
    _R.SMTP_DROPPED: open_check(
        Level.SMTP,
        Subject.MX,
        "The mail server closed the connection in the middle of the talk, or talked something other than SMTP.",
        "Wait for the retry; if it is always this server, it does not want to be probed.",
        retry=RETRY,
    ),
    _R.SMTP_UNREACHABLE: open_check(
        Level.SMTP,
        Subject.MX,
        "None of the domain's mail servers took a connection, or has an address that one can be made to from here.",
        "Wait for the retry.",
        retry=RETRY,
    ),
    _R.SMTP_PORT_CLOSED: open_check(
        Level.SMTP,
        Subject.US,
        "Port 25 is shut where the gateway runs, so that no mailbox can be probed from here.",
        "Ask the hosting provider to open outgoing port 25, or use a vendor's mailbox check.",
        retry=HOUR,
    ),
    _R.SMTP_SELF_TEST_FAILED: open_check(
        Level.SMTP,
        Subject.US,
        "SMTP probing is on, but its self-test fails, so that it does not start.",
        "Run `leadgate verify self-test`: it says what to mend.",
        retry=HOUR,
    ),
    _R.SMTP_PAUSED: open_check(
        Level.SMTP,
        Subject.US,
        "Probing of this mail server rests: pace or time is used up, or it has refused us or not answered before.",
        "Wait for the retry; `leadgate verify self-test` lists what is paused and why.",
        retry=HOUR,
    ),
    _R.SMTP_PROBE_OFF: open_check(
        Level.SMTP,
        Subject.US,
        "A mailbox check was asked for, but SMTP probing is off here.",
        "Ask for level dns, or switch SMTP probing on after its self-test.",
        retry=None,
    ),
}

VENDOR: Final = {
    _R.VENDOR_ACCEPTED: good(
        Level.VENDOR, Subject.ADDRESS, "A vendor's mailbox check found that the mailbox takes mail.", points=15
    ),
    _R.VENDOR_NOT_FOUND: proof(
        Level.VENDOR,
        Subject.ADDRESS,
        "A vendor's mailbox check was told by the mail server that there is no such mailbox.",
        "Ask for another address.",
        ttl=MONTH,
    ),
    _R.VENDOR_CATCH_ALL: doubt(
        Level.VENDOR,
        Subject.DOMAIN,
        "A vendor says that the domain's mail server says yes to any address.",
        "Mail in small numbers and watch for bounces.",
        points=10,
    ),
    _R.VENDOR_MAILBOX_FULL: doubt(
        Level.VENDOR,
        Subject.ADDRESS,
        "A vendor says that the mailbox is over its quota.",
        "Check again in a week, or reach the person by another channel.",
        points=25,
    ),
    _R.VENDOR_TRAP: doubt(
        Level.VENDOR,
        Subject.LIST,
        "A vendor knows the address as a spam trap, or as that of somebody who complains about mail.",
        "Do not mail it; ask where the address came from.",
        points=45,
    ),
    _R.VENDOR_DOUBT: doubt(
        Level.VENDOR,
        Subject.ADDRESS,
        "A vendor advises against mailing the address, without showing proof about the mailbox.",
        "Read the vendor's own word in the evidence; check with the person before mailing.",
        points=30,
    ),
}

VENDOR_OPEN: Final = {
    _R.VENDOR_UNDECIDED: open_check(
        Level.VENDOR,
        Subject.US,
        "A vendor's mailbox check came to no end: the vendor could not tell, was down, or its quota is used up.",
        "Wait for the retry; if it stays, look at the vendor's account.",
        retry=HOUR,
    ),
    _R.VENDOR_CHECK_OFF: open_check(
        Level.VENDOR,
        Subject.US,
        "A vendor's mailbox check was asked for, but none is set up.",
        "Ask for level dns, or configure a vendor.",
        retry=None,
    ),
}
