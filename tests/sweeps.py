"""One test over many cheap cases: all of them are looked at, and each that fails is named."""

from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import TypeVar

from telnyx_tools.tool.tool import Tool

T = TypeVar("T")


def sweep(cases: Iterable[T], name: Callable[[T], str], check: Callable[[T], None]) -> None:
    """Check every case; raises an ExceptionGroup that names the cases that failed, with the error of each."""
    errors: dict[str, Exception] = {}
    for case in cases:
        try:
            check(case)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other cases are looked at too
            error.add_note(f"The case: {name(case)}")
            errors[name(case)] = error
    if errors:
        raise ExceptionGroup(f"failed for {', '.join(errors)}", list(errors.values()))


def for_each(tools: Iterable[Tool]) -> Callable[[Callable[[Tool], None]], Callable[[], None]]:
    """Make one test of a check of one tool. A pytest case for each costs more than such a check."""

    def over(check: Callable[[Tool], None]) -> Callable[[], None]:
        def test() -> None:
            sweep(tools, lambda tool: tool.name, check)

        update_wrapper(test, check)
        del test.__wrapped__  # type: ignore[attr-defined]  # pytest would ask the check for its fixtures
        return test

    return over
