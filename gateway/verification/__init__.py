"""What can be said of an e-mail address, a phone number or a company: pure verdicts here, look-ups under `probes`.

Read `email.py` first, then `phone.py`: each makes a verdict out of what was found out. Around them stand

- the words: `reasons.py` and the tables `meanings*.py` (every code), `model.py` (a verdict), `score.py` (from reasons
  to a score), `explain.py` (a verdict in sentences), `vendors/` (in other vendors' words);
- an address's text: `address.py`, with `domain_part.py`, `labels.py`, `punycode.py`, `domains.py`, `lookalike.py`,
  `gibberish.py`, `roles.py`, and for what cannot be read `diagnosis.py` and `tidy.py`;
- a number's text: `numbering/`, and `registers.py` for who does not want to be called;
- a mailbox: `mailbox.py`, `mail_servers.py`, and `smtp/`, which reads what mail servers reply;
- a company: `company/` and `vat.py`;
- `probes/`, the only part that asks anybody: `probes/verify.py` puts all of it together.
"""
