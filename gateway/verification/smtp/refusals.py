"""How mail servers say that they refuse the client: its address, its name, its sender, or what it sends."""

import re
from typing import Final

from gateway.verification.smtp.meaning import ReplyMeaning
from gateway.verification.smtp.phrases import NO_SENTENCE, Phrase, phrase

_US: Final = ReplyMeaning.REFUSED_US
_AWAY: Final = ReplyMeaning.DOMAIN_NOT_SERVED

# Block lists by name and page; only these are looked for in host names and URLs too. Names: the operators' own look-up
# pages, and Postfix's default text for a listed client, "blocked using" (postconf(5), default_rbl_reply).
# "S3150" and its kind: Outlook.com, https://sendersupport.olc.protection.outlook.com/pm/troubleshooting.aspx
LIST_NAMES: Final = phrase(
    "list.name",
    _US,
    """
        spamhaus | barracudacentral | barracudanetworks.com/reputation | barracuda reputation | sorbs.net |
        sorbs dnsbl | spamcop | csi.cloudmark | cloudmark sender | cloudmark poor | ipcheck.proofpoint |
        proofpoint.com/dnsbl | prs.proofpoint | refused by proofpoint | proofpoint reputation | senderscore |
        invaluement | ivmsip | uceprotect | uribl | surbl | abusix | mailspike | trend micro | mail-abuse.com |
        senderbase | talosintelligence | hostkarma | junkemailfilter | spamrats | spamrl.com | psbl.org |
        nixspam | abuseat.org | csi.mimecast | sender.office.com | sophos.com/ | cobion | backscatterer |
        mail.live.com/mail/troubleshooting | rfc-ignorant | njabl | dsbl.org | lashback | symantec zodiac |
        antispamcloud | anti-spam reputation | dnsbl
        """,
    pattern=r"\b(?:rbl|rbls|rbldns)\b|attrbl",
)
LISTED: Final[tuple[Phrase, ...]] = (
    phrase(
        "list.word",
        _US,
        """
        blacklist | black list | black-list | blocklist | block list | block-list | denylist | blocked using |
        blocked list | block listed | is listed in | is listed on
        """,
        pattern=r"(?<!not )\blisted (?:at|by)\b|(?:\(|\[)bl\d{0,9}[)\]]",
    ),
    phrase(
        "list.reputation",
        _US,
        """
        reputation | sbrs | banned | spammer | botnet | bad ip
        """,
    ),
)

# The client: its address, its name, its DNS. Postfix smtpd(8) ("Client host rejected", "Helo command rejected"),
# Exim's and Sendmail's texts for a failed look-up, and https://support.google.com/a/answer/3726730
CLIENT: Final[tuple[Phrase, ...]] = (
    phrase(
        "client.dns",
        _US,
        """
        reverse dns | reverse hostname | reverse host name | rdns | ptr record | dns ptr |
        cannot find your host | name lookup failed | possibly forged | does not resolve | invalid dns mx |
        unverifyable sending | possible forgery | mismatches client ip | no ptr | ptr-record | forward-confirmed
        """,
        pattern=r"\bptr\b",
    ),
    phrase(
        "client.name",
        _US,
        """
        helo command rejected | invalid helo | bad helo | helo name | helo host | helo domain | helo/ehlo | ehlo name |
        helo argument | helo does not | helo rejected | helo is | invalid domain name | your hostname
        """,
    ),
    phrase(
        "client.address",
        _US,
        """
        client host | client address | remote address | client rejected | client ip | your ip | your isp |
        your host | your server | your network | sending ip | source ip | ip for sending | ip source |
        connecting ip | connecting host | ip-adresse |
        adresse ip | indirizzo ip | direccion ip | endereco ip | ip-adres | adres ip | ip address |
        your mail server | your access | your internet service provider | your email provider | dynamic ip |
        dial-up | dialup | open relay | open proxy | residential | connections not accepted |
        connections will not be accepted | not accepting connections from | not allowed to connect |
        connection refused | connection rejected | no connections from | unfortunately, messages from |
        use the smtp server of | as16012 | sending mta | your location | network not allowed
        """,
        pattern=rf"(?:mail|messages?|connections?) from {NO_SENTENCE}{{0,5}}\d{{1,3}}(?:\.\d{{1,3}}){{3}}",
    ),
    phrase(
        "client.login",
        _US,
        """
        smtp auth | smtp-auth | unauthenticated | not authenticated | must authenticate |
        authentication required | requires authentication | authenticate first | authentication is required |
        need to authenticate | authentication failed | must issue a starttls | tls required |
        encryption required | not logged in |
        check for new mail before | pop before smtp | authorization required | not authorized | not authorised |
        unauthorized | authrequired | not yet authorized
        """,
    ),
)

# The sender in MAIL FROM and its domain: Postfix smtpd(8) ("Sender address rejected"), Sendmail's check_mail rules,
# Exim's `verify = sender` ("Sender verify failed", "Verification failed for <…>"); RFC 7372 for SPF, DKIM and DMARC.
SENDER: Final[tuple[Phrase, ...]] = (
    phrase(
        "sender.address",
        _US,
        """
        sender address | sender rejected | sender denied | sender refused | sender verify |
        sender verification | sender domain | sender email | sender e-mail | sender is | sender not |
        sender blocked | sender has | blocked sender | invalid sender | bad sender | unknown sender |
        unauthorized sender | suspected spam sender | senderfilterconfig | envelope sender |
        verification failed for | sender callout | mailfrom | return path | return-path | sending domain |
        domain of sender | from address | originating domain | sender unknown | sender invalid |
        sender's domain | unroutable sender | unrouteable sender | sender frequency | purported responsible |
        may be blacklisted | dns error | your domain | sender you | from: header | from header | from: domain | spoof |
        impersonat
        """,
        pattern=r"mail from (?:address|command|domain|<|@|you)|from <@>"
        rf"|sender {NO_SENTENCE}{{0,60}}(?:does not exist|not found|rejected|denied)",
    ),
    phrase(
        "sender.proof",
        _US,
        """
        dmarc | dkim | domainkeys | sender id
        """,
        pattern=r"\bspf\b|\barc\b|spf[- ]",
    ),
    phrase(
        "sender.languages",
        _US,
        """
        absender | expediteur | emetteur | remitente | mittente | afzender | remetente | nadawc | 送信者 | 差出人 |
        送信元 | 发件人 | 发信人 | 发送者 | 發件人 | 發信人 | 寄件者 | 寄件人 | 反向解析 | отправител
        """,
    ),
)

# The message, or a policy without a name. Sources: https://postmaster.yahooinc.com/error-codes,
# https://support.apple.com/en-us/102334, https://postmaster.gmx.net/en/error-messages, Mimecast's "SMTP error codes",
# Exchange's RESOLVER.RST texts (learn.microsoft.com, "NDRs in Exchange Online"), AOL's RTR/HVU/RLY/CON codes.
POLICY: Final[tuple[Phrase, ...]] = (
    phrase(
        "policy.content",
        _US,
        """
        unsolicited | junk mail | junkmail | virus | malware | phish | content rejected | content denied |
        content blocked | message content | banned content | suspicious | bulk mail | bulk email | mass mail |
        attachment | spam-like | looks like | headers are not | header error | rfc 5322 | rfc 2822 | rfc5322 |
        rfc2822 | duplicate header | multiple addresses in | protocol violation | mail rejete |
        nachricht abgelehnt | message filtered | mail filter | message failed | body contains |
        message contains
        """,
        pattern=r"(?<![\w.@-])(?:anti-?)?spam(?![\w@-])|\bube\b|\buce\b|spam(?:ming|assassin|ham)|\bscore\b",
    ),
    phrase(
        "policy.word",
        _US,
        """
        policy | policies | administrative | prohibit | forbidden | not accepted from | not accept mail from |
        geographic | geoip | your country | resolver.rst | permission | recipient preferences |
        rejected by recipient | rejected by this user | rejected by the recipient | rejected by user |
        refused by recipient | envelope blocked | envelope rejected | not on bypass list | not a member |
        members only | not allowed to send | not permitted to send | not allowed to post | do not want |
        doesn't accept mail from | only accepts mail from | can only receive | access denied |
        access restricted | restricted | mail rejected | mail refused | mail is rejected | message rejected |
        message refused | message denied | message not allowed | message was rejected |
        message has been rejected | message was not accepted for | email rejected | e-mail rejected |
        email refused | email not accepted | message not accepted | not accepting mail | rejected due to |
        refused due to | denied by | refused by | service refused | go away | abuse | challenge |
        probing | bounce messages not | bounces not | null sender | empty sender | encryption needed |
        registered gateway user | refused to talk | esmtp not accepting | a problem occurred | message looping
        """,
        pattern=r"<> not (?:accepted|allowed|permitted)"
        r"|\b(?:blocked|blocking|block)\b|\b(?:rtr|hvu|rly|con|dyn):[a-z]{1,2}\d{0,2}\b",
    ),
    phrase(
        "policy.languages",
        _US,
        """
        richtlinie | verweigert | gesperrt | politique | bloque | refuse pour | politica | bloqueado |
        rechazado | lista negra | заблокирован | черный список | черном списке | bloccat |
        geweigerd | geblokkeerd | zablokowan | odrzucon | 拒否 | 拒絶 | 拒收 | 垃圾
        """,
    ),
)

# What follows "user unknown" and is no second reason: what became of the message, and where to read more.
TRAILERS: Final = re.compile(
    r"[.;:,-] ?(?:(?:the |this |your )?(?:message|mail|e-?mail)s? (?:(?:was|is|has been|will be) )?"
    r"(?:rejected|refused|denied|blocked|bounced|not accepted)[\s.!]*$"
    r"|privacy polic[^.;]{0,80}"
    r"|(?:please )?(?:see|read|refer to|check|visit) (?:our|the) (?:[a-z]{1,20} ){0,2}polic(?:y|ies)\b[^.;]{0,80}"
    r"|(?:any )?(?:further|more|repeated|continued) (?:attempts?|messages?|mails?)\b[^.;]{0,80}"
    r"|(?:if you|should you) (?:think|believe|feel)\b[^;]{0,200}$"
    r"|(?:please )?(?:contact|call|write to|report to) [^;]{0,200}$)"
)

# The server is not the domain's: Postfix smtpd(8) ("Relay access denied"), Exim ("relay not permitted"), Sendmail
# ("Relaying denied"), qmail-smtpd's rcpthosts, RFC 7505 (null MX), Exchange ("Unable to relay").
ELSEWHERE: Final[tuple[Phrase, ...]] = (
    phrase(
        "elsewhere.relay",
        _AWAY,
        """
        relay access | relaying denied | relay denied | relaying not | relay not | not a relay | no relaying |
        unable to relay | not permitted to relay | relaying disallowed | relaying is | relaying prohibited |
        relay prohibited | cannot relay | won't relay | to relay mail | as a relay | mail relay | rcpthosts |
        relaying to | relaying mail to | relay mail for | open relay not allowed | do not relay | not relay |
        weiterleitung nicht | relais refuse | intermediaire refuse
        """,
    ),
    phrase(
        "elsewhere.domain",
        _AWAY,
        """
        domain not found | no such domain | unknown domain | domain unknown | domain does not exist |
        domain doesn't exist | domain not hosted | domain is not hosted | domain not in | not our domain |
        null mx | nullmx | no mx for | host unknown | unknown host | unrouteable domain | domain not local |
        non-local domain | not hosted here | domain not served | does not handle mail for | not a local domain |
        not responsible for | domain isn't | domain is not | domain invalid | invalid domain |
        tenant or domain | no-domain | domain suspended | domain is suspended | domain expired | domain has expired |
        domain is expired | domane unbekannt | domaine inconnu | dominio desconocido |
        dominio sconosciuto
        """,
        pattern=r"\bdomain [<\"'\[]?\.[>\"'\]]? ?(?:does ?n[o']t exist|not found|unknown|is (?:not|unknown|invalid))",
    ),
)
