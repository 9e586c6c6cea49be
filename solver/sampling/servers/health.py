"""Whether an endpoint can be asked now: paused after 429, left alone after failures, probed before it is used again."""

from __future__ import annotations

from solver.sampling.transport import Fault

_FIRST_BACK_OFF_S = 0.5
_BACK_OFF_CAP_S = 30.0
# Failures in a row after which an endpoint that still accepts connections is left alone for a while.
_STREAK = 3
_TRIAL_S = 2.0
"""How long others wait for the one that tries whether an endpoint is well again; a page or a fault comes sooner."""


class Health:
    """How one endpoint does; all times are those of the loop, seconds."""

    def __init__(self) -> None:
        self.needs_probe = True
        """True before the first contact and after a failure."""
        self.is_probing = False
        self.resume_at = 0.0
        """When it may be asked again."""
        self.down_since: float | None = None
        """When the failure came since which nothing worked."""
        self.last_fault = ""
        self.doubted_since: float | None = None
        """When several prompts had failed with nothing in between: one request at a time goes then, to try it."""
        self.trials = 0
        """Of those how many failed, one after the other."""
        self._trial_until = 0.0
        self._streak = 0
        self._downs = 0

    def replied(self) -> None:
        """A completion came."""
        self._streak = self._downs = self.trials = 0
        self.doubted_since = None
        if self._trial_until:
            self._trial_until = self.resume_at = 0.0

    def booked(self, now: float) -> None:
        """A request is about to go out: where it is doubted, others wait for it."""
        if self.doubted_since is None or self.needs_probe:
            return
        if not self._trial_until:
            self._trial_until = self.resume_at = now + _TRIAL_S
        elif now >= self._trial_until:
            # The one that tried was silent for long enough to have been taken.
            self.doubted_since, self._trial_until, self.trials = None, 0.0, 0

    def probed(self) -> None:
        """It answered a probe."""
        self.needs_probe = False
        self._streak = 0
        self.down_since = None

    def failed(self, fault: Fault, now: float) -> None:
        """Take a fault into account."""
        self.last_fault = str(fault)
        # Many requests fail together when a server dies; they count as one failure.
        if self.needs_probe and self.resume_at > now:
            return
        if fault.cause == "429" and not self.needs_probe:
            # Without the header only the request itself backs off: others may be within their quota.
            self.resume_at = max(self.resume_at, now + (fault.retry_after_s or 0.0))
            return
        self._streak += 1
        fault.is_trial = now < self._trial_until
        self.trials += fault.is_trial
        self._trial_until = 0.0
        if fault.is_trial or fault.cause == "connect" or self._streak >= _STREAK or self.needs_probe:
            self.needs_probe = True
            self.down_since = now if self.down_since is None else self.down_since
            self.resume_at = now + (fault.retry_after_s or min(_FIRST_BACK_OFF_S * 2**self._downs, _BACK_OFF_CAP_S))
            self._downs = min(self._downs + 1, 16)
