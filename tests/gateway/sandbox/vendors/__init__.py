"""The sandbox's vendors, each asked by hand."""
