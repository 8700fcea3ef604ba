"""What the reasons of the DNS stage of an e-mail check mean."""

from datetime import timedelta
from typing import Final

from gateway.verification.reasons import Level, ReasonCode, Subject
from gateway.verification.weights import DAY, RETRY, doubt, good, open_check, proof

_R = ReasonCode

DNS_ENDED: Final = {
    _R.MX_FOUND: good(Level.DNS, Subject.DOMAIN, "The domain names mail servers (MX records).", points=25),
    _R.IMPLICIT_MX: good(
        Level.DNS,
        Subject.DOMAIN,
        "The domain has no MX but a public address, which is its mail server then (RFC 5321 section 5.1).",
        points=15,
    ),
    _R.NULL_MX: proof(
        Level.DNS,
        Subject.DOMAIN,
        "The domain says that it accepts no mail (Null MX, RFC 7505).",
        "Ask for another address, or accept the suggestion where there is one.",
        ttl=timedelta(days=7),
    ),
    _R.DOMAIN_NOT_FOUND: proof(
        Level.DNS,
        Subject.DOMAIN,
        "The domain does not exist (NXDOMAIN, from a resolver that answered its control names honestly).",
        "Ask for another address, or accept the suggestion where there is one.",
        ttl=DAY,
    ),
    _R.NO_MAIL_HOST: proof(
        Level.DNS,
        Subject.DOMAIN,
        "The domain exists but has neither MX nor A nor AAAA records, so that mail has nowhere to go.",
        "Ask for another address.",
        ttl=DAY,
    ),
    _R.MAIL_HOST_NOT_PUBLIC: doubt(
        Level.DNS,
        Subject.DOMAIN,
        "The domain has no MX, and its addresses cannot be reached from the public Internet.",
        "Check that the gateway asks a resolver with the public view; else ask for another address.",
        points=25,
    ),
    _R.MX_HOST_UNUSABLE: doubt(
        Level.DNS,
        Subject.MX,
        "Every MX record names something that cannot be a mail server (an IP address, localhost).",
        "Ask for another address: the domain is set up wrongly.",
        points=25,
    ),
    _R.SPF_REJECT_ALL: doubt(
        Level.DNS,
        Subject.DOMAIN,
        "The domain has no MX and declares that it never sends mail (`v=spf1 -all`).",
        "Check with the person before mailing.",
        points=20,
    ),
    _R.PARKED_DOMAIN: doubt(
        Level.DNS,
        Subject.MX,
        "The domain's mail goes to a service that parks unused domains; nobody who was meant reads it.",
        "Ask for another address, and do not take the domain for the person's company.",
        points=25,
    ),
}

DNS_OPEN: Final = {
    _R.DNS_TIMEOUT: open_check(
        Level.DNS,
        Subject.US,
        "No answer came from DNS within the deadline.",
        "Wait for the retry; if it is every domain, look at DNS_SERVERS.",
        retry=RETRY,
    ),
    _R.DNS_SERVFAIL: open_check(
        Level.DNS,
        Subject.DOMAIN,
        "The resolver could not get an answer from the domain's name servers (SERVFAIL).",
        "Wait for the retry; if it stays, the domain's DNS or DNSSEC is broken.",
        retry=RETRY,
    ),
    _R.DNS_REFUSED: open_check(
        Level.DNS,
        Subject.US,
        "The resolver refuses to answer us (REFUSED).",
        "Allow the gateway's address at the resolver, or set another one in DNS_SERVERS.",
        retry=RETRY,
    ),
    _R.DNS_UNREACHABLE: open_check(
        Level.DNS,
        Subject.US,
        "The resolver cannot be reached.",
        "Check DNS_SERVERS and the network; everything else goes on meanwhile.",
        retry=RETRY,
    ),
    _R.DNS_MALFORMED: open_check(
        Level.DNS,
        Subject.US,
        "What came back is not a DNS answer that can be used.",
        "Look for a proxy or firewall that rewrites DNS.",
        retry=RETRY,
    ),
    _R.RESOLVER_UNTRUSTED: open_check(
        Level.DNS,
        Subject.US,
        "The resolver denies names that exist, or answers for one that cannot, so its answer proves nothing.",
        "Set an honest resolver in DNS_SERVERS; held leads are checked again by themselves.",
        retry=timedelta(minutes=5),
    ),
}
