"""`python -m huma_tripletex.simulator`: serve a simulated Tripletex until interrupted."""

import argparse
import contextlib
import errno
import signal
import sys
import threading
from collections.abc import Sequence

from huma_tripletex.simulator.serving import SimulatorServer
from huma_tripletex.simulator.simulator import Simulator
from huma_tripletex.simulator.switches import Switches


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, serve, and return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        switches = Switches().changed(dict(_pair(text) for text in options.switch))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    simulator = Simulator(
        employees=options.employees,
        seed=options.seed,
        rate_limit=options.rate_limit,
        rate_period=options.rate_period,
        latency=options.latency,
        switches=switches,
    )
    try:
        server = SimulatorServer(simulator, options.host, options.port)
    except OSError as error:
        print(_why(error, options.host, options.port), file=sys.stderr)
        return 1
    _serve(server, options.employees)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m huma_tripletex.simulator", description=__doc__)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="where to listen (127.0.0.1)")
    add("--port", type=int, default=8001, help="the port; 0 takes a free one (8001)")
    add("--employees", type=_natural, default=25, help="people beside the owners of the tokens (25)")
    add("--seed", type=int, default=1, help="the same seed gives the same companies (1)")
    add("--rate-limit", type=_natural, default=100, help="calls per period and token; 0: no limit (100)")
    add("--rate-period", type=_seconds, default=10.0, help="the period in seconds (10)")
    add("--latency", type=_seconds, default=0.0, help="seconds before every answer (0)")
    add("--switch", action="append", default=[], metavar="NAME=VALUE", help="an open question, answered; see README.md")
    return parser


def _natural(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 0")
    return int(text)


def _seconds(text: str) -> float:
    seconds = float(text)
    if seconds < 0:
        raise argparse.ArgumentTypeError(f"{text} is not a time")
    return seconds


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"--switch takes NAME=VALUE, not {text!r}.")
    return name, value


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken. Choose another one with SIMULATOR_PORT (or --port)."
    return f"Cannot listen on {host} port {port} (SIMULATOR_PORT): {error.strerror or error}."


def _serve(server: SimulatorServer, employees: int) -> None:
    """Serve until SIGINT or SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        print(f"Simulated Tripletex with {employees} employees at {server.url}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            stop.wait()
        server.shutdown()
        thread.join()


if __name__ == "__main__":
    sys.exit(main())
