"""What a run's requests cost, counted while they run."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Meter:
    """Counters of the requests made through one view of the client; they only grow."""

    requests: int = 0
    """Requests sent, repeats included."""
    retries: int = 0
    """Requests sent again after a failure."""
    refused: int = 0
    """Answers with status 429."""
    bytes: int = 0
    """Bytes of answers, after decompression."""
    waited_seconds: float = 0.0
    """Time requests spent waiting for the rate limit, summed over requests."""
    in_flight_seconds: float = 0.0
    """Time requests spent between sending and the last byte, summed over requests."""
