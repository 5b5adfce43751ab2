"""What tells a finding from others, and stays the same when lines and list positions move.

SARIF calls this a partial fingerprint; comparing two reports needs the same.
https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html#_Toc141790915
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter

from contracts.findings import Finding


class Fingerprints:
    """Gives each finding of one report its fingerprint: rule, file, subject and path.

    Positions in lists do not count, or a new KPI at the top would make every finding below it a new one.
    Findings that are alike are counted, so that each has its own.
    """

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, finding: Finding) -> str:
        """The fingerprint as 64 hexadecimal digits; ask once for each finding of the report."""
        keys = [step for step in finding.path if isinstance(step, str)]
        identity = json.dumps([finding.rule, finding.file, finding.subject, keys])
        self._seen[identity] += 1
        return hashlib.sha256(f"{identity}#{self._seen[identity]}".encode()).hexdigest()
