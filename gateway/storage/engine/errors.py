"""What every dialect's refusals of a row become."""

from gateway.errors import LeadgateError


class RowRefused(LeadgateError):
    """A row breaks a rule of its table that only the store knows; this is a fault in the gateway."""
