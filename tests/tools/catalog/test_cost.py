"""The catalog costs nothing until it is used, and little then."""

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import json, sys, time
from resource import RUSAGE_SELF, getrusage
started, modules = time.perf_counter(), set(sys.modules)
from telnyx_tools.catalog import Catalog
imported = time.perf_counter()
before = getrusage(RUSAGE_SELF).ru_maxrss
catalog = Catalog.load()
loaded = time.perf_counter()
outside = [name for name in set(sys.modules) - modules if name.split(".")[0] not in sys.stdlib_module_names]
after = getrusage(RUSAGE_SELF).ru_maxrss
catalog.match("GET", "/messages/1")
print(json.dumps({
    "import": imported - started, "load": loaded - imported, "kilobytes": after - before,
    "outside": sum(not name.startswith("telnyx_tools") for name in outside),
}))
"""


def test_loading_is_quick_small_and_needs_the_standard_library_alone() -> None:
    runs = [_run() for _ in range(3)]
    assert min(run["load"] for run in runs) < 0.060
    assert min(run["import"] for run in runs) < 0.150
    assert min(run["kilobytes"] for run in runs) < 40_000
    assert runs[0]["outside"] == 0


def _run() -> dict[str, float]:
    found = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(found.stdout)
    return measured


def test_a_server_that_people_can_sign_in_to_starts_without_the_catalog(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from telnyx_remote_mcp.composition.server import create_app\n"
        "from telnyx_remote_mcp.settings import Settings; from telnyx_tools.catalog.catalog import Catalog\n"
        "create_app(Settings(data_dir=Path(sys.argv[1])))\n"
        "sys.exit(Catalog.load.cache_info().currsize)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 0


def test_tools_are_listed_without_the_catalog() -> None:
    code = (
        "import sys; from telnyx_tools.registry import registry; import telnyx_remote_mcp.composition.local\n"
        "assert [tool.input_schema and tool.output_schema for tool in registry().tools.values()]\n"
        "sys.exit(any(name.startswith('telnyx_tools.catalog') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
