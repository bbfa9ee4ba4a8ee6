"""Whole tasks of every kind are done from the default surface by a script that types two searches at most."""

from collections import Counter
from pathlib import Path

from evals.find.play import Play
from evals.find.tasks import MOST_SEARCHES, Task, judged, outcomes

from telnyx_tools.catalog import Catalog

WITHHELD = {"charging a card", "top-up", "port-outs", "users and audit"}


def test_every_kind_has_two_tasks_about_operations_that_exist() -> None:
    tasks, catalog = Task.all(), Catalog.load()
    kinds = Counter(task.kind for task in tasks)
    assert set(kinds) == {play.name.removeprefix("kinds ") for play in Play.all() if play.name.startswith("kinds ")}
    assert min(kinds.values()) >= 2
    assert {task.kind for task in tasks if task.withheld} == WITHHELD
    for task in tasks:
        named = [id_ for each in (*task.must, *task.never, *task.withheld) for id_ in each.split("/")]
        assert set(named) <= set(catalog), task.say
        assert task.never, task.say
        assert task.must or task.withheld, task.say
        assert len(task.searches) <= MOST_SEARCHES, task.say


async def test_one_task_of_every_kind_is_done_and_nothing_that_it_must_not(tmp_path: Path) -> None:
    """`python -m evals.find.tasks` plays all."""
    first = {task.kind: task for task in reversed(Task.all())}
    assert [(task.say, wrong) async for task, wrong in outcomes(list(first.values()), tmp_path) if wrong] == []


def test_a_task_is_judged_by_what_was_called() -> None:
    task = Task("kind", "say", [], must=["messages.send/messages.schedule"], never=["calls.dial"])
    assert judged(task, {"messages.schedule"}) == ""
    assert judged(task, {"calls.dial"}) == "messages.send/messages.schedule was not called; calls.dial was called"
