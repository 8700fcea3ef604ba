"""What work costs the processor, on a machine that may be busy with other things."""

from collections.abc import Callable
from time import process_time


def cpu_seconds(work: Callable[[], object], *, enough: float) -> float:
    """The processor time of the first of three runs that takes less than `enough`; else that of the dearest.

    The first run may have to read what is read once, as a list of domains.
    """
    most = enough
    for _ in range(3):
        start = process_time()
        work()
        took = process_time() - start
        if took < enough:
            return took
        most = max(most, took)
    return most
