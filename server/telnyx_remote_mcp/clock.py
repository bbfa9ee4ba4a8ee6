"""Clocks, as functions that tests can replace."""

from collections.abc import Callable

Clock = Callable[[], float]
