# SPDX-License-Identifier: Apache-2.0
"""No memory: an allocation fails, once, at any moment. The process may end and be started again; it may not answer what is not
true. A sample in the short form; --all-points fails every allocation of the story in turn."""
import errno

import pytest

from faults import ALLOC
from points import choose, count_calls, strike

PARTS, SAMPLE = 4, 9


@pytest.mark.parametrize("part", range(PARTS))
def test_each_allocation_in_turn(faulty, pytestconfig, part):
    calls = count_calls(faulty, ALLOC)
    points = choose(pytestconfig, calls, PARTS * SAMPLE)[part::PARTS]
    strike(faulty, "no memory", calls, points, kinds=ALLOC, times=1, error=errno.ENOMEM)
