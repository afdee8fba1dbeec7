"""A small Tripletex to develop, test and demonstrate against. It shares no code with the client.

`python -m huma_tripletex.simulator` serves it; `create_simulator()` is the same as a WSGI application. What it does,
and what it does not do, is told in README.md beside this file.
"""

from huma_tripletex.simulator.messages import ConnectionDropped
from huma_tripletex.simulator.serving import SimulatorServer
from huma_tripletex.simulator.simulator import Simulator
from huma_tripletex.simulator.switches import Switches
from huma_tripletex.simulator.tokens import CONSUMER_TOKEN
from huma_tripletex.simulator.wsgi import SimulatorApp, create_simulator

__all__ = [
    "CONSUMER_TOKEN",
    "ConnectionDropped",
    "Simulator",
    "SimulatorApp",
    "SimulatorServer",
    "Switches",
    "create_simulator",
]
