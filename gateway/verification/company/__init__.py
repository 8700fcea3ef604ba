"""The verdict on a company: which domain is its own, who says so, and the form of its VAT number. Pure."""
