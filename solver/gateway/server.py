"""The running gateway: engine or endpoints, socket, uvicorn, signals, and a shutdown that finishes what is in flight.

The first Ctrl-C or SIGTERM closes the listening socket; requests in flight have ``grace_s`` seconds to finish, then
they end with an error each. The second leaves at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable, Generator, Mapping

import uvicorn

from solver.backends.backend import OpenBackend, open_backend
from solver.backends.protocol import Listener, each_once
from solver.base.display.figures import counted
from solver.base.errors import UsageError, words_of
from solver.base.signals import Interrupts
from solver.gateway.access.connections import (
    BACKLOG,
    Connections,
    bounded_protocol,
    most_connections,
    now_and_then,
    told_now_and_then,
)
from solver.gateway.app import app_of
from solver.gateway.ask import defaults_of
from solver.gateway.gateway import Gateway
from solver.gateway.settings import GatewayConfig, check_exposure, keys_from
from solver.scheduling.settings import check_ensemble

_WATCH_PERIOD_S = 0.5
_LAST_WORDS_S = 3.0
"""After the grace, for the errors to be written."""

Talk = Callable[[str], None]


async def run_gateway(config: GatewayConfig, talk: Talk, environment: Mapping[str, str] = os.environ) -> int:
    """Serve until told to stop.

    Args:
        talk: writes a line for the operator.
        environment: where the keys are.

    Returns:
        0 where every request in flight was finished, 130 where some were cut off, 1 where the engine died.

    Raises:
        SolverError: the configuration, the endpoints or the engine cannot be used.
        asyncio.CancelledError: a signal came before there was anything to serve.
    """
    keys = keys_from(environment)
    check_exposure(config, keys)
    # Before the engine starts, which takes long: whatever is wrong with these shows at once.
    check_ensemble(config.sampling)
    stopping = "stopping: requests in flight are finished; once more leaves at once"
    with contextlib.closing(_bound(config)) as listener, Interrupts(lambda: talk(stopping)) as interrupts:
        async with open_backend(
            config.backend,
            slots=config.sampling.max_concurrency,
            models=config.sampling.models,
            listener=Listener(say=talk, progress=each_once(talk)),
        ) as backend:
            served = tuple(dict.fromkeys((*config.sampling.models, *await backend.models())))
            defaults = defaults_of(config, await backend.default_models())
            gateway = Gateway(config, backend, served, defaults, log=talk)
            server = GatewayServer(gateway, app_of(gateway, keys), config)
            interrupts.finish, interrupts.leave = server.drain, server.leave
            host, port = listener.getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            models, rule = ", ".join(defaults.sampling.models), defaults.sampling.stopping_rule.spec
            welcome = (
                f"http://{shown}:{port}/v1 serves {models} under {rule} as model "
                f"'vote'; {counted(len(keys), 'key') if keys else 'no key wanted'}; Ctrl-C stops"
            )
            return await server.run(listener, backend, talk, welcome)


def _bound(config: GatewayConfig) -> socket.socket:
    """Open the listening socket, before anything slow is started.

    Raises:
        UsageError: the address is taken or not ours.
    """
    try:
        found = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise UsageError(f"--host {config.host}: {words_of(error)}") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise UsageError(
            f"cannot listen at {config.host}:{config.port} ({words_of(error)}); choose another --port"
        ) from error
    return listener


class GatewayServer(uvicorn.Server):
    """uvicorn, whose signals are ours."""

    def __init__(self, gateway: Gateway, app: object, config: GatewayConfig) -> None:
        most = most_connections(config.connections, upstream=config.sampling.max_concurrency)
        protocol = bounded_protocol(
            Connections(most=most, most_of_client=config.client_connections),
            head_timeout_s=config.receive_timeout_s,
            send_timeout_s=config.send_timeout_s,
        )
        super().__init__(
            uvicorn.Config(
                app,  # type: ignore[arg-type]
                http=protocol,
                backlog=BACKLOG,
                ws="none",
                lifespan="off",
                loop="none",
                log_config=None,
                access_log=False,
                # Addresses come from the connection: a header could name any.
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=round(config.grace_s + _LAST_WORDS_S),
            )
        )
        self._gateway = gateway
        self._grace_s = config.grace_s
        self._is_cut = False
        self._on_listening: Callable[[], None] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and only then say so: whoever reads the address may connect at once."""
        await super().startup(sockets)
        if self.started:
            self._on_listening()

    async def run(  # type: ignore[override]
        self, listener: socket.socket, backend: OpenBackend, talk: Talk, welcome: str
    ) -> int:
        """Serve; returns the exit code.

        Args:
            welcome: told once connections are taken.
        """
        _quiet_uvicorn(talk)
        self._on_listening = lambda: talk(welcome)
        asyncio.get_running_loop().set_exception_handler(told_now_and_then(talk))
        is_dead = False

        async def watch() -> None:
            nonlocal is_dead
            while (failure := backend.failure()) is None:  # noqa: ASYNC110 (a process' end is no event of ours)
                await asyncio.sleep(_WATCH_PERIOD_S)
            is_dead = True
            talk(str(failure))
            self.drain()

        async with asyncio.TaskGroup() as group:
            watching = group.create_task(watch())
            await self.serve(sockets=[listener])
            watching.cancel()
        await self._gateway.close()
        return 1 if is_dead else 130 if self._is_cut else 0

    def drain(self) -> None:
        """Take nothing new; end what is in flight after the grace."""
        self._gateway.is_draining = True
        self.should_exit = True
        asyncio.get_running_loop().call_later(self._grace_s, self.cut)

    def cut(self) -> None:
        """End what is in flight, with an error each."""
        self._is_cut |= self._gateway.stop_all() > 0

    def leave(self) -> None:
        """End what is in flight and do not wait for clients to read it."""
        self.cut()
        asyncio.get_running_loop().call_later(0.5, setattr, self, "force_exit", True)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals alone."""
        yield


def _quiet_uvicorn(talk: Talk) -> None:
    """Let uvicorn say warnings only, a line each and now and then, and without tracebacks: those may quote anything."""
    say = now_and_then(talk)

    class Plain(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say(f"uvicorn: {record.getMessage().strip()}")

    logger = logging.getLogger("uvicorn")
    logger.handlers = [Plain()]
    logger.setLevel(logging.WARNING)
    logger.propagate = False
