"""Files of this machine: those that the user allowed, and no others."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.files import Files

pytestmark = pytest.mark.anyio


@pytest.fixture
def root(tmp_path: Path) -> Path:
    allowed = tmp_path / "allowed"
    (allowed / "sub").mkdir(parents=True)
    (allowed / "file.txt").write_text("hello")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_text("secret")
    return allowed


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


async def read(root: Path, path: Path | str) -> bytes:
    async with Files([str(root)]).source("file", str(path)) as source:
        return await source.read(0, source.size)


async def write(root: Path, path: Path | str, content: bytes = b"new", *, overwrite: bool = False) -> None:
    async with Files([str(root)]).target("file", str(path), overwrite=overwrite) as target:
        await target.write(content)


async def refusal(ask: object) -> str:
    with pytest.raises(InvalidArguments) as caught:
        await ask  # type: ignore[misc] # a coroutine
    (problem,) = caught.value.problems
    assert problem.argument == "file"
    return problem.problem


async def test_a_file_in_an_allowed_directory_is_read_and_written(root: Path) -> None:
    assert await read(root, root / "file.txt") == b"hello"
    assert await read(root, root / "sub" / ".." / "file.txt") == b"hello"
    await write(root, root / "sub" / "new.txt")
    assert (root / "sub" / "new.txt").read_bytes() == b"new"
    assert names_in(root / "sub") == ["new.txt"]


OUTSIDE: dict[str, Callable[[Path], str]] = {
    "elsewhere": lambda root: str(root.parent / "secret" / "key"),
    "a way up": lambda root: f"{root}/../secret/key",
    "a sibling of a like name": lambda root: f"{root}-2/key",
    "the root": lambda root: str(root),
    "the system": lambda root: "/etc/passwd",
    "a device": lambda root: "/dev/null",
}


@pytest.mark.parametrize("where", OUTSIDE)
async def test_whatever_is_outside_is_refused_with_the_way_to_allow_it(root: Path, where: str) -> None:
    path = OUTSIDE[where](root)
    for ask in (read(root, path), write(root, path, overwrite=True)):
        said = await refusal(ask)
        assert "TELNYX_MCP_FILE_ROOTS" in said
        assert str(root) in said
    assert (root.parent / "secret" / "key").read_text() == "secret"


async def test_without_an_allowed_directory_everything_is_outside(root: Path) -> None:
    with pytest.raises(InvalidArguments, match="invalid arguments") as caught:
        async with Files().source("file", str(root / "file.txt")):
            pass
    assert "None is allowed yet" in caught.value.problems[0].problem


@pytest.mark.parametrize("path", ["file.txt", "./file.txt", "", "~/file.txt", "/a\0b", "/"])
async def test_a_path_that_is_not_absolute_is_no_path(root: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    assert "absolute path" in await refusal(read(root, path))
    assert "absolute path" in await refusal(write(root, path))


async def test_a_link_counts_for_where_it_leads(root: Path) -> None:
    (root / "inside").symlink_to(root / "file.txt")
    (root / "outside").symlink_to(root.parent / "secret" / "key")
    (root / "folder").symlink_to(root.parent / "secret")
    assert await read(root, root / "inside") == b"hello"
    for path in (root / "outside", root / "folder" / "key"):
        assert "outside of the directories" in await refusal(read(root, path))
    assert "outside of the directories" in await refusal(write(root, root / "folder" / "new"))
    assert "already" in await refusal(write(root, root / "outside"))
    assert "no ordinary file" in await refusal(write(root, root / "outside", overwrite=True))
    assert (root.parent / "secret" / "key").read_text() == "secret"
    assert names_in(root.parent / "secret") == ["key"]


async def test_a_link_put_in_the_way_after_the_check_is_not_followed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check sees a directory; at the time of use there is a link in its place."""
    (root / "sub" / "key").write_text("harmless")
    real = os.path.realpath

    def checked(path: object) -> str:
        found = real(path)  # type: ignore[call-overload] # a path
        if str(found).startswith(f"{root}/sub") and not (root / "sub").is_symlink():
            (root / "sub").rename(root / "gone")
            (root / "sub").symlink_to(root.parent / "secret")
        return str(found)

    monkeypatch.setattr(os.path, "realpath", checked)
    assert await refusal(read(root, root / "sub" / "key"))
    assert await refusal(write(root, root / "sub" / "new"))
    assert names_in(root.parent / "secret") == ["key"]


async def test_what_is_no_ordinary_file_is_refused_without_waiting_for_it(root: Path) -> None:
    os.mkfifo(root / "pipe")
    assert "no ordinary file" in await refusal(read(root, root / "pipe"))
    assert "directory" in await refusal(read(root, root / "sub"))
    assert "no ordinary file" in await refusal(write(root, root / "pipe", overwrite=True))
    assert "directory" in await refusal(write(root, root / "sub", overwrite=True))
    assert stat.S_ISFIFO((root / "pipe").stat().st_mode)


async def test_a_file_that_is_there_stays_unless_its_replacement_is_asked_for(root: Path) -> None:
    assert "overwrite=true" in await refusal(write(root, root / "file.txt"))
    assert (root / "file.txt").read_text() == "hello"
    await write(root, root / "file.txt", overwrite=True)
    assert (root / "file.txt").read_text() == "new"
    assert names_in(root) == ["file.txt", "sub"]


async def test_what_replaces_a_private_file_is_private_too(root: Path) -> None:
    (root / "file.txt").chmod(0o600)
    await write(root, root / "file.txt", overwrite=True)
    assert stat.S_IMODE((root / "file.txt").stat().st_mode) == 0o600


async def test_a_file_that_comes_meanwhile_stays_too(root: Path) -> None:
    async def late() -> None:
        async with Files([str(root)]).target("file", str(root / "late"), overwrite=False) as target:
            await target.write(b"ours")
            (root / "late").write_text("theirs")

    assert "already" in await refusal(late())
    assert (root / "late").read_text() == "theirs"
    assert names_in(root) == ["file.txt", "late", "sub"]


async def test_of_a_file_that_could_not_be_finished_nothing_is_left(root: Path) -> None:
    async def broken() -> None:
        async with Files([str(root)]).target("file", str(root / "half"), overwrite=False) as target:
            await target.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await broken()
    assert names_in(root) == ["file.txt", "sub"]


async def test_a_file_that_changes_while_it_is_read_is_not_sent_as_if_it_had_not(root: Path) -> None:
    async def reading() -> None:
        async with Files([str(root)]).source("file", str(root / "file.txt")) as source:
            await source.read(0, 2)
            (root / "file.txt").write_text("something else")
            await source.read(2, 3)

    assert "changed" in await refusal(reading())


async def test_what_is_missing_is_said(root: Path) -> None:
    assert "no such file" in await refusal(read(root, root / "none"))
    assert "no such file" in await refusal(write(root, root / "none" / "new"))
    assert "no directory" in await refusal(write(root, root / "file.txt" / "new"))


async def test_no_descriptor_is_left_open(root: Path) -> None:
    async def everything() -> None:
        await read(root, root / "file.txt")
        await write(root, root / "new", overwrite=True)
        await refusal(read(root, root / "sub"))
        await refusal(write(root, root / "file.txt"))
        await refusal(read(root, root / "sub" / "none"))

    await everything()
    before = len(names_in(Path("/proc/self/fd")))
    await everything()
    assert len(names_in(Path("/proc/self/fd"))) == before


@pytest.mark.parametrize("name", [".env", ".ssh/id", "sub/.git/hooks/post-commit"])
async def test_names_that_begin_with_a_dot_are_neither_read_nor_written(root: Path, name: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    assert "begin with a dot" in await refusal(write(root, path))
    path.write_text("secret")
    assert "begin with a dot" in await refusal(read(root, path))
    assert "begin with a dot" in await refusal(write(root, path, overwrite=True))
    (root / "plain").symlink_to(path)
    assert "begin with a dot" in await refusal(read(root, root / "plain"))
    assert path.read_text() == "secret"


async def test_a_directory_of_a_dot_name_may_be_given_as_a_root(root: Path) -> None:
    notes = root / ".notes"
    notes.mkdir()
    (notes / "a.txt").write_text("hello")
    assert await read(notes, notes / "a.txt") == b"hello"


async def test_a_file_with_a_second_name_is_not_read(root: Path) -> None:
    os.link(root.parent / "secret" / "key", root / "innocent.txt")
    assert "second name" in await refusal(read(root, root / "innocent.txt"))
