"""The address in what stands where one belongs, as in `Ada <ada@acme.example>` or `ada@acme.example.`."""

from dataclasses import dataclass, field

from gateway.verification.address import parse_email


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """An address, and the name that stood before it in angle brackets (RFC 5322 section 3.4), if any."""

    address: str = field(repr=False)
    name: str | None = field(default=None, repr=False)


def mailbox_in(written: str) -> Mailbox:
    """Take the address out of what stands around it; what holds no address for certain is left as it is.

    Nothing is corrected: only the brackets with what is before them, and the dot that ends a domain written out in
    full, are known to be no part of an address. Verification says what an address is and which one a name stands
    before; a name that it refuses only for its own signs (`Doe, Jane (Sales)`) costs nobody the address. A name that
    is an address itself is no name.
    """
    text = written.strip()
    if not text.endswith((">", ".")):  # almost every address there is
        return Mailbox(address=written)
    before, bracket, inside = text.removesuffix(".").removesuffix(">").rpartition("<")
    bracketed = bool(bracket) and text.removesuffix(".").endswith(">")
    address = (inside if bracketed else text).strip()
    whole, alone = parse_email(text), parse_email(address)
    if whole.error is None and alone.normalised != whole.normalised:  # the bracket is one of a quoted local part
        return Mailbox(address=whole.normalised or written)
    if alone.error is not None or (whole.error is not None and set("<>") & set(before)):
        return Mailbox(address=written)
    name = before.strip().strip('"').strip()
    return Mailbox(address=address.removesuffix("."), name=name if bracketed and name and "@" not in name else None)
