"""Every error that the consent package raises, as one tree.

```
ConsentError
├── FactsError            a fact that the closed list does not know, or of the wrong type
├── LedgerError           an event that could not be read or must not be written
│   └── DoubleOptInError
│       ├── TokenUnknownError   TokenExpiredError   TokenUsedError   TokenMismatchError
├── SuppressionError      a value or key that cannot be suppressed or matched
├── PolicyError           a pack, rule or acceptance that is not fit for use
│   ├── PackSyntaxError   PackLintError   PackTestError   UnknownRuleError
└── PermitError           a permit that must not be issued or believed
    ├── PermitMalformedError   PermitSignatureError   PermitExpiredError
    └── PermitAudienceError   PermitBodyError
```
"""


class ConsentError(Exception):
    """Something about consent is not fit for use; the subclass says what."""


class FactsError(ConsentError):
    """Fact NAME: REASON; use the fields and values that `consent.facts.Facts` lists."""


class LedgerError(ConsentError):
    """Ledger event KIND: REASON."""


class DoubleOptInError(LedgerError):
    """This confirmation link cannot be used."""


class TokenUnknownError(DoubleOptInError):
    """No confirmation is waiting for this link; ask the person to sign up again."""


class TokenExpiredError(DoubleOptInError):
    """This confirmation link has expired; ask the person to sign up again."""


class TokenUsedError(DoubleOptInError):
    """This confirmation link has been used already; nothing more to do."""


class TokenMismatchError(DoubleOptInError):
    """This link belongs to another contact point or another notice; send a new one."""


class SuppressionError(ConsentError):
    """Suppression KIND: REASON."""


class PolicyError(ConsentError):
    """Policy: REASON."""


class PackSyntaxError(PolicyError):
    """Pack NAME, PLACE: REASON."""


class PackLintError(PolicyError):
    """Pack NAME, rule ID: REASON."""


class PackTestError(PolicyError):
    """Pack NAME, rule ID, test N: expected X, got Y."""


class UnknownRuleError(PolicyError):
    """No permit matches SELECTOR; name PACK, PACK:RULE or all."""


class PermitError(ConsentError):
    """Permit: REASON."""


class PermitMalformedError(PermitError):
    """This is not a Leadgate permit: REASON."""


class PermitSignatureError(PermitError):
    """The permit's signature does not fit this public key; refuse the lead."""


class PermitExpiredError(PermitError):
    """The permit is not valid at this time; ask for a new delivery."""


class PermitAudienceError(PermitError):
    """The permit was issued for another destination; refuse the lead."""


class PermitBodyError(PermitError):
    """The body is not the one the permit was issued for; refuse the lead."""
