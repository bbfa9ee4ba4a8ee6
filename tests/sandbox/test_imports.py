"""Importing a module of the sandbox defines things and does nothing to other modules."""

import json
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from telnyx_sandbox import groups

WATCHED = Path(__file__).with_name("watched_imports.py")


def test_no_module_changes_what_another_one_holds() -> None:
    done = subprocess.run([sys.executable, str(WATCHED)], capture_output=True, text=True, check=True, timeout=60)
    report = json.loads(done.stdout)
    assert report["modules"] > 100
    assert report["changed"] == []


def test_the_routes_of_every_module_are_served() -> None:
    modules = [import_module(each.name) for each in pkgutil.walk_packages(groups.__path__, f"{groups.__name__}.")]
    served = {id(routes) for routes in groups.GROUPS}
    assert [each.__name__ for each in modules if hasattr(each, "routes") and id(each.routes) not in served] == []


def test_the_seeds_of_every_product_are_sown() -> None:
    names = [each.name for each in pkgutil.iter_modules(groups.__path__)]
    seeds = {seed for name in names for seed in getattr(groups, name).SEEDS}
    assert seeds == set(groups.SEEDS)
