"""The register of processors and transfers (GDPR Art. 30, 44 to 49), as the manifests and the settings say it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from connectors.kit import Manifest
from connectors.kit.schema import is_personal

REVIEW: Final = timedelta(days=365)
"""How long a look at a vendor's pages is good for."""
_ROLES: Final[Mapping[str, str]] = {
    "processor": "processor",
    "independent_controller": "controller of its own",
    "own": "the controller itself",
    "public": "public source",
}
_TOOLS: Final[Mapping[str, str]] = {
    "adequacy": "adequacy decision (Art. 45)",
    "dpf": "EU-US Data Privacy Framework (Art. 45)",
    "scc": "standard contractual clauses (Art. 46(2)(c))",
    "uk_idta": "UK International Data Transfer Agreement",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One source in the register.

    Attributes:
        connector: `id@version`.
        vendor: its legal name.
        role: towards the controller.
        country: where it works; empty when nothing leaves the controller.
        transfer: the tool that the operator has declared, in words; empty: none is declared.
        possible: the tools that it offers, in words.
        sends, receives: fields.
        persons: whether personal data are sent or received.
        purposes: what is received may be used for.
        licence: its terms, with the attribution they want.
        redistribution: whether values may be passed on.
        retention: how long values are held.
        source_label: how persons are told of the source (Art. 14(2)(f)).
        pages: the vendor's pages: terms, agreement, sub-processors.
        reviewed_on: when the entry was compared with them.
        open: what is missing before this source may be asked, or should be looked at.
    """

    connector: str
    vendor: str
    role: str
    country: str
    transfer: str
    possible: tuple[str, ...]
    sends: tuple[str, ...]
    receives: tuple[str, ...]
    persons: bool
    purposes: tuple[str, ...]
    licence: str
    redistribution: bool
    retention: timedelta
    source_label: str
    pages: Mapping[str, str]
    reviewed_on: date | None
    open: tuple[str, ...]


def register(sources: Iterable[tuple[Manifest, str | None]], *, today: date) -> Sequence[Entry]:
    """Writes the register.

    Args:
        sources: manifests, each with the transfer tool that the operator has declared.
        today: what reviews are measured against.
    """
    return tuple(_entry(manifest, declared, today) for manifest, declared in sources)


def _entry(manifest: Manifest, declared: str | None, today: date) -> Entry:
    terms = manifest.compliance
    pages = {"terms": terms.terms, "agreement": terms.agreement, "sub-processors": terms.subprocessors}
    return Entry(
        connector=manifest.source,
        vendor=terms.vendor,
        role=_ROLES[terms.role],
        country=terms.country or "",
        transfer=_TOOLS[declared] if declared else "",
        possible=tuple(_TOOLS[tool] for tool in terms.transfer),
        sends=tuple(manifest.sends),
        receives=tuple(manifest.provides),
        persons=any(map(is_personal, (*manifest.sends, *manifest.provides))),
        purposes=tuple(terms.purposes),
        licence=f"{terms.licence}; {terms.attribution}" if terms.attribution else terms.licence,
        redistribution=terms.redistribution,
        retention=terms.retention,
        source_label=terms.art14_label,
        pages={name: str(page) for name, page in pages.items() if page is not None},
        reviewed_on=terms.reviewed_on,
        open=tuple(_open(manifest, declared, today)),
    )


def _open(manifest: Manifest, declared: str | None, today: date) -> Iterable[str]:
    terms = manifest.compliance
    if terms.transfer and declared is None:
        yield "no transfer tool is declared"
    if terms.role == "processor" and terms.agreement is None:
        yield "the manifest names no processing agreement (Art. 28)"
    if terms.role in ("processor", "independent_controller"):
        if terms.reviewed_on is None:
            yield "never compared with the vendor's pages"
        elif today - terms.reviewed_on > REVIEW:
            yield f"last compared with the vendor's pages on {terms.reviewed_on}"
