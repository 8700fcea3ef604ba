"""How mail servers say that there is no such mailbox, that it is full, or that it is switched off."""

import re
from typing import Final

from gateway.verification.smtp.meaning import ReplyMeaning
from gateway.verification.smtp.phrases import NO_SENTENCE, Phrase, phrase

_NOBODY: Final = ReplyMeaning.NO_SUCH_MAILBOX
_FULL: Final = ReplyMeaning.MAILBOX_FULL
_OFF: Final = ReplyMeaning.MAILBOX_DISABLED

_NOUNS: Final = "user|recipient|mailbox|account|address|addressee|customer|alias|person"
_MISSING: Final = (
    "does ?n[o']t exist|doesnt exist|not exist|is unknown|unknown|not found|could ?n[o']t be found|not be found"
    "|is not valid|no longer exists"
)

# RFC 5321's own words for 552, and https://support.google.com/mail/?p=OverQuotaPerm, Dovecot (quota_full_message),
# Orange ("Boite du destinataire pleine", sent with 5.1.1), Courier, Cyrus.
FULL: Final[tuple[Phrase, ...]] = (
    phrase(
        "full.english",
        _FULL,
        """
        mailbox full | mailbox is full | inbox is full | mail box full | mailfolder is full | folder is full |
        account is full | over quota | overquota | over-quota | over the quota | over its quota |
        over their quota | quota exceeded | exceeded quota | exceeds quota | exceed quota | quota exceed |
        exceeded the quota | exceeded their quota | exceeded his quota | exceeded storage | storage quota |
        out of storage | storage limit | storage space | storage allocation | mailbox size limit |
        mailbox limit | exceeds allowed size | exceeded its size | exceeds the maximum mailbox | disk quota |
        quota violation | out of quota | quota full | quota is full | mailbox has exceeded | mailbox exceed |
        mailbox is over | mailbox quota | quotaexceeded | recipientquota | not enough space in |
        insufficient space in | no space left in mailbox | mailbox would exceed | recipient out of disk |
        too full | messages in recipient's mailbox exceeded | exhausted allowed storage | quota limit |
        too many messages on the server | zuviele mails auf | not enough storage
        """,
        pattern=rf"(?:mailbox|inbox|account|maildir){NO_SENTENCE}{{0,60}}\b"
        r"(?:is full|over quota|quota exceeded|has no space)"
        r"|\bexceed(?:s|ed)? (?:(?:his|her|their|its|the|mail|mailbox|storage)[/ ]){1,4}quota\b",
    ),
    phrase(
        "full.languages",
        _FULL,
        """
        postfach voll | postfach ist voll | mailbox voll | mailbox ist voll | quota uberschritten |
        quota ueberschritten | speicherplatz | postfach des empfangers ist voll | kontingent | boite pleine |
        boite aux lettres pleine | boite du destinataire pleine | messagerie pleine | quota depasse |
        espace insuffisant | buzon lleno | buzon esta lleno | cuota excedida | cuota superada |
        excede la cuota | bandeja llena | casella piena | casella e piena | quota superata | spazio esaurito |
        mailbox vol | postvak vol | postbus vol | quotum overschreden | caixa cheia | caixa postal cheia |
        caixa de correio cheia | caixa de entrada cheia | cota excedida | quota excedida | skrzynka pelna |
        skrzynka jest pelna | skrzynka przepelniona | przekroczony limit pojemnosci | przekroczona pojemnosc |
        容量 | いっぱい | 满
        """,
    ),
)

# https://support.google.com/mail/?p=DisabledUser, Yahoo ("This mailbox is disabled"), X.7.13 of the IANA registry
# ("User account disabled"), La Poste ("Le compte du destinataire est bloque"), Free ("due to inactivity").
OFF: Final[tuple[Phrase, ...]] = (
    phrase(
        "off.english",
        _OFF,
        """
        disableduser | disabled user | user disabled | user is disabled | account disabled |
        account is disabled | account has been disabled | mailbox disabled | mailbox is disabled |
        mailbox has been disabled | disabled recipient | recipient disabled | disabled mailbox |
        that you tried to reach is disabled | disabled or discontinued | account is blocked | account blocked |
        mailbox is blocked | mailbox blocked | account has been blocked | mailbox has been blocked |
        blocked due to inactivity | account suspended | account is suspended | account has been suspended |
        mailbox suspended | mailbox is suspended | user suspended | suspended account | deactivated |
        de-activated | is inactive | inactive user | inactive account | account inactive | mailbox inactive |
        recipient address rejected: inactive | inactive recipient | not active | not activated |
        account expired | expired account | mailbox expired | account closed | account is closed |
        account has been closed | temporary locked | temporarily locked | account locked | account is locked |
        mailbox locked | user locked | is locked | account terminated | address is no longer in use |
        address no longer active | no longer active | no longer accepts mail | no longer accepting |
        mailbox is frozen | archived recipient | destinataire archivee | user is terminated |
        currently suspended | has been suspended | temporarily inactive |
        not currently being accepted for this mailbox | account frozen | out of service | recipient suspend |
        administratively disabled | accountdisabled | has been discontinued | non paying | non-paying | unpaid
        """,
    ),
    phrase(
        "off.languages",
        _OFF,
        """
        konto deaktiviert | konto gesperrt | konto ist gesperrt | postfach gesperrt | postfach deaktiviert |
        postfach ist gesperrt | postfach inaktiv | compte desactive | compte bloque |
        compte du destinataire est bloque | compte suspendu | boite desactivee | boite aux lettres desactivee |
        cuenta desactivada | cuenta deshabilitada | cuenta suspendida | cuenta bloqueada | cuenta inactiva |
        buzon deshabilitado | account disabilitato | account sospeso | casella disabilitata | casella sospesa |
        casella disattivata | utenza disabilitata | account uitgeschakeld | account geblokkeerd |
        mailbox uitgeschakeld | conta desativada | conta suspensa | conta bloqueada | conta inativa |
        caixa postal desativada | conta desactivada | konto zablokowane | konto nieaktywne |
        konto zostalo zablokowane | skrzynka zablokowana | skrzynka nieaktywna | 利用停止 | 停止され | 无效账号
        """,
    ),
)

# Microsoft's edge refuses recipients that are not in the directory with just these words and 5.4.1:
# https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/use-directory-based-edge-blocking
EDGE: Final = phrase("unknown.edge", _NOBODY, "recipient address rejected: access denied")

# Words that say it outright, whatever code they came with. Postfix: User unknown in virtual mailbox table; Sendmail:
# User unknown; Exim: Unknown user; qmail and vpopmail: no mailbox here by that name; chkusr; Exchange: RESOLVER.ADR;
# Gmail: does not exist; Yahoo: doesn't have a … account; Yandex: No such user!; Domino; iCloud: unknown or illegal
# alias; Facebook: RCP-P1; Comcast: Not our Customer.
UNKNOWN: Final[tuple[Phrase, ...]] = (
    phrase(
        "unknown.english",
        _NOBODY,
        """
        user unknown | unknown user | unknown recipient | recipient unknown | unknown mailbox |
        mailbox unknown | unknown address | address unknown | addressee unknown | unknown account |
        account unknown | unknown local | unknown email | unknown e-mail |
        unknown customer | unknown alias | unknown or illegal | illegal alias | unknown username |
        no such user | no such recipient | no such mailbox | no such person | no such address |
        no such account | no such local | no such email | no such id | no such alias | no such contact |
        nosuchuser | no user found | user is unknown | recipient is unknown | recipient not exist |
        user not exist | user not known | user not found | user was not found |
        recipient not found | mailbox not found | address not found | account not found | email not found |
        mailbox was not found | recipientnotfound | recipnotfound | recipientunknown | usernotfound |
        mailboxnotfound | recipient no found | no mailbox | no mail-box | no mail box | no account by |
        no valid recipients for this | there is no one at | nobody here by | no one by that |
        no-one by | invalid mailbox | invalid recipient | recipient invalid | invalid user | invalid account |
        invalid final delivery | invalid-recipient | invalid local | invalid e-mail | invalid email |
        bad recipient | bad_recipient | bad destination mailbox | not a valid mailbox | not a valid recipient |
        not a valid user | not a valid email | not a valid e-mail | not a valid local | not a known user |
        not a known recipient | not known here | not known at this | mailbox unallocated | not our customer |
        not a customer | not a local user | not local user | no local user | doesn't have an account |
        does not have an account | doesn't have any account | is no longer valid |
        no longer exist | no longer with | no longer at this | no longer employed | no longer works |
        user has moved | mailbox has moved | not in recipient list | not in our directory |
        not in the directory | not in directory | not listed in domino | not listed in public |
        not found in directory | rcp-p1 | email address could not be found | marked as invalid | dosn't exist |
        recipient is not exist | unable to find user | unable to find recipient | could not find user |
        can't find user | has no mailbox |
        recipient unrecognized | unrecognized recipient | does not have a mailbox | bad address: |
        bad address. | bad address ( | nonexistent | non-existent | non existent | virtual user |
        can't accept user | missing home directory | validrcptto | mailbox invalid | mailbox not present |
        no such mail drop | no one with that | no one here | unable to find alias |
        not handle mail for that user | not exists | user invalid | not found in ldap |
        not an active address | not a local address | recipient is not local | not email addresses |
        addresses were unknown | not a valid address | has left the | former employee | in name directory |
        unknown destination address | no longer here |
        has been replaced by | rejected: invalid | mailbox unavailable or not |
        undefined recipient | recipient not recognized |
        recipient not valid | address does not exist | recipient is invalid | unrecognized user |
        nobody by that name | a user by that name
        """,
        pattern=rf"(?:{_NOUNS})\b{NO_SENTENCE}{{0,60}}\b(?:{_MISSING})"
        rf"|user doesn't have an? \S{{1,80}} account|(?:{_MISSING})[: ]{{1,3}}(?:<@>|@)"
        rf"|@>?:? {{0,2}}(?:unknown|not found|invalid|{_MISSING})\b",
    ),
    phrase(
        "unknown.german",
        _NOBODY,
        """
        benutzer unbekannt | unbekannter benutzer | unbekannte benutzer | empfanger unbekannt |
        empfaenger unbekannt | unbekannter empf | adressat unbekannt | adresse unbekannt | unbekannte adresse |
        postfach unbekannt | unbekanntes postfach | postfach existiert nicht | benutzer existiert nicht |
        adresse existiert nicht | empfanger existiert nicht | empfaenger existiert nicht |
        konto existiert nicht | kein solcher benutzer | kein postfach | kein benutzer |
        empfangeradresse ungultig | empfangeradresse nicht | nicht gefunden |
        adresse ist hier nicht bekannt | unbekannt verzogen
        """,
    ),
    phrase(
        "unknown.romance",
        _NOBODY,
        """
        destinataire inconnu | adresse inconnue | adresse invalide | adresse destinataire invalide |
        destinataire invalide | adresse inexistante | boite inexistante | compte inexistant | compte inconnu |
        n'existe pas | n'existe plus | utilisateur inexistant | usuario desconocido | usuario no existe |
        usuario inexistente | destinatario desconocido | destinatario no existe | buzon inexistente |
        buzon no existe | cuenta inexistente | cuenta no existe | direccion desconocida | direccion no existe |
        no existe el usuario | cuenta de correo no existe | no existe la cuenta | no existe el buzon |
        utente sconosciuto |
        utente inesistente | destinatario sconosciuto | destinatario inesistente | casella inesistente |
        indirizzo inesistente | indirizzo sconosciuto | casella non esiste | utente non esiste |
        indirizzo non esiste | casella non trovata | nessun utente | destinatario errato | destin. sconosciuto |
        no existe dicha | no existe ese | no existe esta | utilisateur inconnu | utente non trovato |
        destinatario non valido | usuario nao existe | utilizador desconhecido | usuario desconhecido |
        destinatario desconhecido | destinatario inexistente | conta inexistente | conta nao existe |
        endereco inexistente | endereco nao existe | caixa postal inexistente | caixa inexistente |
        endereco desconhecido
        """,
    ),
    phrase(
        "unknown.dutch_polish",
        _NOBODY,
        """
        onbekende gebruiker | gebruiker onbekend | ontvanger onbekend | onbekende ontvanger | bestaat niet |
        adres onbekend | onbekend adres | nie ma takiego | uzytkownik nieznany | nieznany uzytkownik |
        nieznany odbiorca | odbiorca nieznany | nieznany adresat | konto nie istnieje | adres nie istnieje |
        uzytkownik nie istnieje | skrzynka nie istnieje | brak takiego | brak uzytkownika
        """,
    ),
    phrase(
        "unknown.russian",
        _NOBODY,
        """
        пользователь не найден | пользователя не существует | неизвестный пользователь | нет такого пользователя |
        пользователь не существует | ящик не найден | ящик не существует | адрес не существует
        """,
    ),
    phrase(
        "unknown.asian",
        _NOBODY,
        """
        宛先不明 | あて先不明 | 存在しません | 存在しない | 見つかりません | リストにありません |
        ユーザー不明 | 不存在 | 无此用户 | 没有此用户
        """,
    ),
)

OUTRIGHT: Final = re.compile(
    r"\bno such (?:user|recipient|mailbox|person|address|account|customer)\b|\bunknown (?:user|recipient|mailbox)\b"
    r"|\b(?:user|recipient|mailbox|account|address)(?: <?@>?)? (?:is |was )?(?:unknown|not found|not known"
    r"|does ?n[o']t exist)\b"
)
"""The plainest of these words: a limit, or what could not be verified, is beside them no reason."""
PLAIN: Final = re.compile(
    rf"{OUTRIGHT.pattern}|\bno such alias\b|\bunknown (?:address|addressee|account|alias|customer|local part)\b"
    r"|\b(?:addressee|alias) unknown\b|\bno (?:mailbox|account|one)(?: here)? by that name\b"
    r"|\baccount that you tried to reach does not exist\b"
    r"|\b(?:benutzer|empfanger|empfaenger|adressat|adresse) unbekannt\b|\bunbekannter (?:benutzer|empfanger)\b"
    r"|\b(?:destinataire|utilisateur) inconnu\b|\badresse inconnue\b"
    r"|\b(?:usuario|destinatario) desconocido\b|\bdireccion desconocida\b|\b(?:utente|destinatario) sconosciuto\b"
    r"|用户不存在|无此用户"
)
"""Plain words too: permission, a relay or an address of the client's beside them is an aside, and "message rejected"
after them tells what became of it.
"""

# Words that say it only where nothing stands against them: no word of refusal, and no code that says more.
# "Unrouteable address" is Exim's default text for a recipient that no router takes.
LIKELY_UNKNOWN: Final[tuple[Phrase, ...]] = (
    phrase("unknown.unrouteable", _NOBODY, "unrouteable address | unroutable address | undeliverable address"),
    phrase(
        "unknown.rejected",
        _NOBODY,
        """
        recipient rejected | does not exist | doesn't exist | doesnt exist | not exist | account unavailable |
        recipient cannot be verified | recipients are invalid | path no exist | address invalid |
        invalid address | rcpt to rejected
        """,
        pattern=r"recipient address rejected\.?\s*$",
    ),
)

# Cisco's gateways say this, with 5.1.0, of a recipient that neither their access table nor their directory knows:
# "550 #5.1.0 Address rejected." The code is about the address (RFC 3463, 3.2); senders are refused in other words.
REJECTED: Final = phrase("unknown.address", _NOBODY, "address rejected")

# RFC 5321 gives these words for a mailbox that is not found, and for a policy too. These providers use them for the
# first, and write a reason after them for the second: GMX, web.de, mail.com, IONOS (https://smtp.codes/unitedinternet/,
# https://support.gmx.com/email/composing-and-sending/bounce-reject.html), and for Outlook.com
# https://github.com/MicrosoftDocs/OfficeDocs-Exchange/issues/2836
UNAVAILABLE: Final = phrase(
    "unknown.unavailable",
    _NOBODY,
    pattern=r"^(?:<?@>?:? )?requested action not taken: mailbox unavailable\.?"
    r"(?: [(\[][^()\[\]]{1,160}[)\]]\.?){0,2}[.\s]*$",
)
UNAVAILABLE_AT: Final = (
    "gmx.net", "web.de", "mail.com", "kundenserver.de", "perfora.net", "1and1.com", "1and1.es", "1and1.fr",
    "1and1.co.uk",
    "ionos.com", "ionos.de", "ionos.es", "ionos.fr", "ionos.co.uk", "hotmail.com", "outlook.com",
)  # fmt: skip
SIGNED: Final = re.compile(r"(?:\(-?\d{6,12}:\d{1,6}:-?\d{6,12}\)|\(s20\d{8}\))\.?(?: \[[^()\[\]]{1,160}\])?[.\s]*$")
"""How Outlook.com ends these words, whatever its server is called: three numbers of its own, or its day's release."""
