"""``python -m solver serve``: the voting solver behind OpenAI's chat API."""

from __future__ import annotations

import argparse

from solver.commands import options

HELP = "Serve the voting solver as a model of an OpenAI-compatible API."


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Examples:\n"
        "  python -m solver serve                                        the embedded model, on this machine only\n"
        "  python -m solver serve --endpoint http://127.0.0.1:8000/v1 --rule lead:4 --port 8080\n"
        "  GATEWAY_API_KEY=... python -m solver serve --host 0.0.0.0     for other machines, with a key\n"
        "Ask for model vote, vote:lead:4, NAME@fixed:5 or NAME@lead:3/8, or send a vote object: docs/gateway.md.\n"
        "Exit codes: 0 every request finished, 130 some were cut off, 1 engine or endpoint failed, 2 bad usage."
    )
    options.declare(parser)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen at (default: 127.0.0.1, this machine only)")
    add("--port", type=int, default=8080, help="0 takes a free one (default: 8080)")
    add("--open", action="store_true", help="serve other machines without a key")
    add("--host-name", action="append", metavar="NAME", help="a further name that clients without a key may call by")
    add("--pass-through", action="store_true", help="hand messages without options on to the model")
    add("--samples-limit", type=int, metavar="N", help="most samples a request may ask for (default: 64)")
    add("--time-limit", type=float, metavar="S", help="sampling for one request ends after S seconds (default: 300)")
    add("--body-limit", type=int, metavar="BYTES", help="largest request body (default: 1048576)")
    add("--text-limit", type=int, metavar="CHARS", help="longest question (default: 32000)")
    add("--slots", type=int, metavar="N", help="samples in flight at each endpoint (default: 128)")
    add("--in-flight", type=int, metavar="N", help="requests worked on at once (default: 256)")
    add("--client-in-flight", type=int, metavar="N", help="as above, of one client (default: 64)")
    add("--client-per-minute", type=float, metavar="N", help="requests a minute of one client (default: no bound)")
    add("--grace", type=float, metavar="S", help="a shutdown waits so long for requests in flight (default: 30)")
    add("--quiet", action="store_true", help="no line a request on stderr")


def run(arguments: argparse.Namespace) -> int:
    import asyncio
    from dataclasses import asdict

    from solver.base.display.printing import tell
    from solver.base.extras import require

    require("starlette", "uvicorn", "prometheus_client")
    from solver.gateway.server import run_gateway
    from solver.gateway.settings import GatewayConfig

    backend = options.backend_of(arguments)
    how = asdict(options.settings_of(arguments, ()))
    del how["slots"]
    given = {
        "samples_limit": arguments.samples_limit,
        "request_limit_s": arguments.time_limit,
        "body_limit": arguments.body_limit,
        "text_limit": arguments.text_limit,
        "slots": arguments.slots,
        "in_flight_limit": arguments.in_flight,
        "client_in_flight": arguments.client_in_flight,
        "client_per_minute": arguments.client_per_minute,
        "grace_s": arguments.grace,
    }
    config = GatewayConfig(
        **how,
        host=arguments.host,
        port=arguments.port,
        endpoints=backend.endpoints,
        serve=backend.serve,
        is_open=arguments.open,
        hosts=tuple(name.lower() for name in arguments.host_name or ()),
        passes_through=arguments.pass_through,
        is_quiet=arguments.quiet,
        **{name: value for name, value in given.items() if value is not None},
    )

    return asyncio.run(run_gateway(config, lambda text: tell(f"gateway: {text}")))
