# SPDX-License-Identifier: Apache-2.0
"""The daemon from outside: its worlds are those of fixtures.py."""
from fixtures import anna, directory, sim, simulator, world, world_with  # noqa: F401
