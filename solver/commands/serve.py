"""``python -m solver serve``: the voting solver behind OpenAI's chat API."""

from __future__ import annotations

import argparse

HELP = "Serve the voting solver as a model of an OpenAI-compatible API."


def declare(parser: argparse.ArgumentParser) -> None:
    from solver.commands import options
    from solver.gateway.settings import GatewayConfig

    parser.epilog = (
        "Examples:\n"
        "  python -m solver serve                                        the embedded model, on this machine only\n"
        "  python -m solver serve --endpoint http://127.0.0.1:8000/v1 --rule lead:4 --port 8080\n"
        "  GATEWAY_API_KEY=... python -m solver serve --host 0.0.0.0     for other machines, with a key\n"
        "Ask for model vote, vote:lead:4, NAME@fixed:5 or NAME@lead:3/8, or send a vote object: docs/gateway.md.\n"
        "Exit codes: 0 every request finished, 130 some were cut off, 1 engine or endpoint failed, 2 bad usage."
    )
    options.declare(parser, GatewayConfig)


def run(arguments: argparse.Namespace) -> int:
    import asyncio

    from solver.base.display.printing import tell
    from solver.base.extras import require

    require("starlette", "uvicorn", "prometheus_client")
    from solver.commands import options
    from solver.gateway.server import run_gateway
    from solver.gateway.settings import GatewayConfig

    config = options.read(GatewayConfig, arguments)

    return asyncio.run(run_gateway(config, lambda text: tell(f"gateway: {text}")))
