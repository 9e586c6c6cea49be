"""An OpenAI-compatible front whose model is the voting solver; ``python -m solver serve`` runs it."""

from solver.gateway.settings import GatewayConfig, Keys, check_exposure, keys_from

__all__ = ["GatewayConfig", "Keys", "check_exposure", "keys_from"]
