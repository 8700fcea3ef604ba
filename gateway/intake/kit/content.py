"""What of a form post tells it from another: what the person wrote, without what differs each time a page is loaded.

A script that tries again, an impatient second click and the same form sent without script are one post. Their fields
hold the same; the solved challenge, the page's address, captcha answers and the tokens of site builders may not.
"""

import json
from collections.abc import Iterable
from typing import Final

from gateway.intake.kit.bodies import Pair
from gateway.intake.kit.settings import SourceSettings

PER_LOAD: Final = frozenset(
    {
        "altcha",
        "_redirect",
        "page_url",
        "_csrf",
        "csrf",
        "csrf_token",
        "csrfmiddlewaretoken",
        "authenticity_token",
        "_token",
        "__requestverificationtoken",
        "_wpnonce",
        "form_build_id",
        "form_token",
        "requesttoken",
        "g-recaptcha-response",
        "h-captcha-response",
        "cf-turnstile-response",
        "frc-captcha-solution",
        "frc-captcha-response",
        "mtcaptcha-verifiedtoken",
        "xxtrustedformcerturl",
        "xxtrustedformtoken",
        "xxtrustedformpingurl",
        "leadid_token",
        "universal_leadid",
        "hs_context",
        "ak_js",
    }
)
"""Fields, in lower case, that this gateway, frameworks, captchas and certificate vendors fill anew at each load."""


def content_of(pairs: Iterable[Pair], settings: SourceSettings) -> bytes:
    """Write what counts as canonical JSON: fields with a value by name, the values of one name in their order.

    A file counts by its name, so that it makes no difference whether a script or the browser itself sends the form.
    """
    ignored = PER_LOAD | {name.casefold() for name in settings.per_load}
    said: dict[str, list[str]] = {}
    for pair in pairs:
        if pair.value and pair.name.casefold() not in ignored:
            said.setdefault(pair.name, []).append(pair.value)
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
