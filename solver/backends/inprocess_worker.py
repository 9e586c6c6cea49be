"""vLLM without a server: the engine, its scheduler and its detokenizer in one process, requests over a socket.

Run as a file, with the socket as standard input and vLLM's own server arguments behind it
(``python -I inprocess_worker.py --model FOLDER …``); ``solver.backends.inprocess`` does so and holds the other end. On
two cores that is what an offline loop costs, where a server, its client and the engine fight for the cores; and it is
up in half the time, since vLLM is imported once. Requests are understood by vLLM's own code for its server: templates,
bounds, defaults and refusals are the same.

Both ends speak in frames (``pack``, ``Frames``): a list of messages as JSON, and the log-probabilities of all of them
as numbers behind it. To the worker::

    {"id": 7, "body": {…}, "stream": false}     a chat completion request, with vLLM's extensions
    {"abort": 7}                                nobody waits for it any more

and back, one frame a step of the engine::

    {"ready": {"embedded": 4096}}               what is served, with the context window; comes first
    {"running": 12}                             completions that the engine works on, where that has changed
    {"id": 7, "refused": 400, "text": "…"}
    {"id": 7, "index": 0, "grew": "…"}          where "stream" was asked for
    {"id": 7, "index": 0, "text": "…", "end": "stop", "tokens": 80, "logprobs": 80, "prompt_tokens": 60}

Only the standard library is imported before vLLM is asked for, so both ends may import this.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

_HEAD = struct.Struct("<II")
"""Bytes of JSON and bytes of numbers."""
_SEND_BUFFER = 4 << 20
"""So that the engine need not wait while the other side is busy for a moment."""
_NUMBERS = 6
"""Bytes for a token: a float of 4 for the log-probability, a short for the token's bytes of text."""

Message = dict[str, Any]


class Frame(NamedTuple):
    """What came at once."""

    messages: list[Message]
    numbers: bytes


def pack(messages: Sequence[Message], numbers: bytes = b"") -> bytes:
    """Return a frame.

    >>> Frames().feed(pack([{"id": 1}], b"ab"))
    [Frame(messages=[{'id': 1}], numbers=b'ab')]
    """
    text = json.dumps(messages, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return _HEAD.pack(len(text), len(numbers)) + text + numbers


def pack_logprobs(values: Sequence[float], sizes: Sequence[int]) -> bytes:
    """Return the numbers for a completion's tokens."""
    return array("f", values).tobytes() + array("H", sizes).tobytes()


def logprobs_in(numbers: bytes, start: int, tokens: int) -> tuple[array[float], array[int], int]:
    """Return the log-probabilities of a completion, the bytes of each token, and where the next one's begin."""
    values, sizes = array("f"), array("H")
    middle, end = start + 4 * tokens, start + _NUMBERS * tokens
    values.frombytes(numbers[start:middle])
    sizes.frombytes(numbers[middle:end])
    return values, sizes, end


class Frames:
    """Takes bytes as they come and gives the frames that are complete."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Take some bytes."""
        self._bytes += data
        found, start = [], 0
        while len(self._bytes) - start >= _HEAD.size:
            text, numbers = _HEAD.unpack_from(self._bytes, start)
            middle = start + _HEAD.size + text
            end = middle + numbers
            if len(self._bytes) < end:
                break
            raw = bytes(self._bytes[start + _HEAD.size : middle]).decode("utf-8", "surrogatepass")
            found.append(Frame(json.loads(raw), bytes(self._bytes[middle:end])))
            start = end
        del self._bytes[:start]
        return found


class Wire:
    """The worker's end of the socket.

    Args:
        connection: closed by the other side when the work is over.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._frames = Frames()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)

    def receive(self, *, waits: bool) -> Iterator[Message]:
        """Yield the messages that are there.

        Args:
            waits: for one at least.

        Raises:
            EOFError: the other side is gone.
        """
        self._connection.setblocking(waits)
        try:
            data = self._connection.recv(1 << 20)
        except BlockingIOError:
            return
        if not data:
            raise EOFError
        for frame in self._frames.feed(data):
            yield from frame.messages

    def send(self, messages: Sequence[Message], numbers: bytes = b"") -> None:
        """Send a frame, at once as a rule."""
        self._connection.setblocking(True)
        self._connection.sendall(pack(messages, numbers))


class Worker:
    """The engine and the requests in it.

    Args:
        argv: vLLM's arguments for its server.
    """

    def __init__(self, argv: Sequence[str], wire: Wire) -> None:
        from vllm.engine.arg_utils import AsyncEngineArgs
        from vllm.entrypoints.launchers.cli_args import make_arg_parser, resolve_default_chat_template_kwargs
        from vllm.lora.request import LoRARequest
        from vllm.renderers.chat_utils import load_chat_template
        from vllm.usage.usage_lib import UsageContext
        from vllm.utils.argparse_utils import FlexibleArgumentParser
        from vllm.v1.engine.llm_engine import LLMEngine

        self._wire = wire
        args = make_arg_parser(FlexibleArgumentParser()).parse_args(list(argv))
        arguments = AsyncEngineArgs.from_cli_args(args)
        self._engine = LLMEngine.from_engine_args(arguments, usage_context=UsageContext.OPENAI_API_SERVER)
        self._config = self._engine.model_config
        self._defaults = self._config.get_diff_sampling_param()
        self._template = load_chat_template(args.chat_template)
        self._template_format = args.chat_template_content_format
        self._template_settings = resolve_default_chat_template_kwargs(args)
        self._names = args.served_model_name or [args.model]
        self._adapters = {
            module.name: LoRARequest(module.name, number, module.path)
            for number, module in enumerate(args.lora_modules or (), 1)
        }
        for adapter in self._adapters.values():
            self._engine.add_lora(adapter)
        self._sent: dict[str, int] = {}
        """Characters that were sent of a completion that is streamed, by the engine's name for it."""
        self._last_body: Message | None = None
        """The request that was understood last, without its seed."""
        self._last: Any = None
        self._running: dict[int, list[str]] = {}
        """The engine's names for a request's completions that are not over."""

    def run(self) -> None:
        """Work until the other side is gone."""
        window = self._config.max_model_len
        self._wire.send([{"ready": {name: window for name in (*self._names, *self._adapters)}}])
        running = 0
        while True:
            out: list[Message] = []
            numbers: list[bytes] = []
            for message in self._wire.receive(waits=not self._engine.has_unfinished_requests()):
                if "abort" in message:
                    self._engine.abort_request(self._forget(message["abort"]))
                else:
                    out += self._begin(message)
            if self._engine.has_unfinished_requests():
                for output in self._engine.step():
                    self._tell(output, out, numbers)
            count = self._engine.get_num_unfinished_requests()
            if count != running:
                running = count
                out.append({"running": count})
            if out:
                self._wire.send(out, b"".join(numbers))

    def _begin(self, message: Message) -> list[Message]:
        """Give a request to the engine; returns the refusal where it cannot be served."""
        from vllm.entrypoints.serve.exception_handling.error_response import create_error_response

        try:
            self._add(message["id"], message["body"], is_streamed=message["stream"])
        except Exception as error:  # noqa: BLE001 (as vLLM's server does: whatever is wrong with a request is told)
            self._engine.abort_request(self._forget(message["id"]))
            told = create_error_response(error).error
            return [{"id": message["id"], "refused": int(told.code), "text": told.message}]
        return []

    def _add(self, number: int, body: Message, *, is_streamed: bool) -> None:
        """Add a request's completions, each by itself."""
        from copy import copy

        from vllm.sampling_params import RequestOutputKind

        # Siblings come one after the other and differ in their seed alone: they are understood once.
        seed = body.get("seed")
        asked = {**body, "seed": None} if type(seed) is int else body
        if asked != self._last_body:
            self._last_body, self._last = None, self._understood(asked)
            self._last_body = asked
        prompt, params, count = self._last
        names = self._running[number] = [f"{number}.{index}" for index in range(count)]
        for index, name in enumerate(names):
            own = copy(params)
            own.output_kind = RequestOutputKind.CUMULATIVE if is_streamed else RequestOutputKind.FINAL_ONLY
            own.seed = seed + index if type(seed) is int else params.seed
            if is_streamed:
                self._sent[name] = 0
            self._engine.add_request(name, prompt, own, lora_request=self._adapters.get(body["model"]))

    def _understood(self, body: Message) -> tuple[Any, Any, int]:
        """Understand a request as vLLM's server does: the prompt, the parameters of one completion, their number."""
        from vllm.entrypoints.openai.chat_completion.protocol import ChatCompletionRequest
        from vllm.entrypoints.serve.utils.api_utils import get_max_tokens
        from vllm.exceptions import VLLMNotFoundError

        request = ChatCompletionRequest.model_validate(body)
        if request.model not in self._names and request.model not in self._adapters:
            raise VLLMNotFoundError(f"The model `{request.model}` does not exist.")
        chat = request.build_chat_params(self._template, self._template_format).with_defaults(
            {**self._template_settings, "tools": None, "tokenize": False}
        )
        bounds = request.build_tok_params(self._config)
        _, (prompt,) = self._engine.renderer.render_chat([request.messages], chat, bounds)
        asked = request.max_completion_tokens if request.max_completion_tokens is not None else request.max_tokens
        tokens = get_max_tokens(self._config.max_model_len, asked, len(prompt["prompt_token_ids"]), self._defaults)
        # Completions are requests of their own, as vLLM makes them (v1/engine/parallel_sampling.py); so several greedy
        # ones need no refusal.
        count, request.n = request.n or 1, 1
        params = request.to_sampling_params(tokens, self._defaults)
        params.flat_logprobs = True
        return prompt, params, count

    def _tell(self, output: Any, out: list[Message], numbers: list[bytes]) -> None:
        """Put what came of a completion in messages."""
        name: str = output.request_id
        number, _, index = name.partition(".")
        (choice,) = output.outputs
        place: Message = {"id": int(number), "index": int(index)}
        sent = self._sent.get(name)
        if sent is not None and len(choice.text) > sent:
            out.append({**place, "grew": choice.text[sent:]})
            self._sent[name] = len(choice.text)
        if choice.finish_reason is None:
            return
        self._sent.pop(name, None)
        names = self._running[int(number)]
        names.remove(name)
        if not names:
            del self._running[int(number)]
        count = 0
        if choice.logprobs is not None:
            count = len(choice.logprobs)
            sizes = [len((text or "").encode()) for text in choice.logprobs.decoded_tokens]
            numbers.append(pack_logprobs(choice.logprobs.logprobs, sizes))
        out.append(
            {
                **place,
                "text": choice.text,
                "end": choice.finish_reason,
                "tokens": len(choice.token_ids),
                "logprobs": count,
                "prompt_tokens": len(output.prompt_token_ids),
            }
        )

    def _forget(self, number: int) -> list[str]:
        """Return the engine's names for what is left of a request, and forget them."""
        names = self._running.pop(number, [])
        for name in names:
            self._sent.pop(name, None)
        return names


def main(argv: Sequence[str]) -> None:
    """Serve the other end of standard input until it is closed."""
    # The engine's own processes, where it has any, must not hold the socket.
    connection = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    with contextlib.suppress(EOFError, ConnectionError):
        Worker(argv, Wire(connection)).run()
    sys.stderr.flush()
    # Not by way of vLLM's own end, which takes seconds: nothing of it outlives the process.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
