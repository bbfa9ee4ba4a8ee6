"""Imports the whole sandbox, and prints which collections changed after their own module had been imported."""

import json
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

PACKAGE = "telnyx_sandbox"


def collections(module: ModuleType) -> Iterator[tuple[str, list[object]]]:
    """The lists, dicts and sets that the module holds itself, or in one of its objects such as a `Routes`."""
    for name, value in vars(module).items():
        if name.startswith("__"):
            continue
        yield from _content(name, value)
        if type(value).__module__.startswith(PACKAGE):
            for attribute, inner in getattr(value, "__dict__", {}).items():
                yield from _content(f"{name}.{attribute}", inner)


def _content(name: str, value: object) -> Iterator[tuple[str, list[object]]]:
    if isinstance(value, dict):
        yield name, list(value.items())
    elif isinstance(value, (list, set)):
        yield name, list(value)


class Loader(SourceFileLoader):
    """Remembers what a module held when its own code had run."""

    remembered: dict[str, dict[str, list[object]]] = {}  # noqa: RUF012 - one for all modules

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        self.remembered[module.__name__] = dict(collections(module))


class Finder:
    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name.startswith(PACKAGE) else None
        if spec is not None and spec.origin is not None:
            spec.loader = Loader(name, spec.origin)
        return spec


def main() -> None:
    sys.meta_path.insert(0, Finder)
    for found in pkgutil.walk_packages(import_module(PACKAGE).__path__, f"{PACKAGE}."):
        if not found.name.endswith(".__main__"):
            import_module(found.name)
    changed = [
        f"{name}.{path}"
        for name, before in Loader.remembered.items()
        for path, content in collections(sys.modules[name])
        if content != before.get(path)
    ]
    sys.stdout.write(json.dumps({"modules": len(Loader.remembered), "changed": changed}))


if __name__ == "__main__":
    main()
