"""``python -m audit verify FILE``: the verifier, with nothing but the standard library and ``cryptography``."""

import sys

from audit.command import main

sys.exit(main(sys.argv[1:]))
