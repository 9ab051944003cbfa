"""Reading pack files: every place has its line, and what is no pack says where."""

from pathlib import Path

import pytest

from policies import files

TEXT = """# a comment
id: one
rules:
  overdue:
    ladder:
      - {step: first, day: 1}
      - step: T+3
        day: 3
  overdue: {}
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "pack.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_every_place_has_its_line(tmp_path: Path) -> None:
    """Keys and list entries, counted from 1; a key that stands twice is told apart."""
    read = files.marked(written(tmp_path, TEXT))

    assert read.lines["id",] == 2
    assert read.lines["rules", "overdue", "ladder", 0, "day"] == 6
    assert read.lines["rules", "overdue", "ladder", 1] == 7
    assert read.lines["rules", "overdue", "ladder", 1, "day"] == 8
    assert read.repeated == ((("rules", "overdue"), 9),)
    assert read.raw["rules"] == {"overdue": {}}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        pytest.param("id: one\nrules: [\n", 3, "not readable as YAML", id="a list that never ends"),
        pytest.param("- one\n", 1, "a pack is a mapping of keys, this file holds a list", id="a list"),
        pytest.param("", 1, "a pack is a mapping of keys, this file holds a NoneType", id="nothing"),
        pytest.param("title: 安全生产工作要点".encode("gb18030"), 1, "not in UTF-8", id="another encoding"),
        pytest.param("a: !!python/object:os.system {}\n", 1, "not readable as YAML", id="an object of Python"),
    ],
)
def test_what_is_no_pack_says_where(tmp_path: Path, text: str | bytes, line: int, said: str) -> None:
    """With the line, so that an editor can go there."""
    with pytest.raises(files.Unreadable, match=said) as refused:
        files.marked(written(tmp_path, text))

    assert refused.value.line == line


def test_the_packs_are_read_as_ever() -> None:
    """The marks change nothing in what is read."""
    assert [files.marked(path).raw for path in files.pack_files()] == [dict(raw) for _, raw in files.packs()]


def test_a_folder_of_policies_holds_other_files_too() -> None:
    """Every file of the shipped folder that is taken for a pack names itself; routes and letters are none."""
    assert [path.name for path in files.pack_files() if files.read(path).get("id") != path.stem] == []


@pytest.mark.parametrize("name", sorted(f"{stem}.yaml" for stem in files.BESIDE_PACKS))
def test_a_folder_of_packs_alone_goes_by_what_ships(tmp_path: Path, name: str) -> None:
    """A customer who writes packs writes nothing else; what is there of their own counts."""
    assert files.beside(name, tmp_path) == files.folder() / name
    assert files.beside(name, tmp_path).is_file()

    (tmp_path / name).write_text("own: 1", encoding="utf-8")

    assert files.beside(name, tmp_path) == tmp_path / name


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 15)
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param(BOMB, "stand for more than 100,000 places, line 5", id="aliases of aliases"),
        pytest.param("a: &a [x, *a]", r"\*a holds itself, line 1", id="a list in itself"),
        pytest.param("[" * 190_000, "more than 50 levels deep, line 1", id="lists in lists"),
        pytest.param("{a: " * 49_000, "more than 50 levels deep, line 1", id="mappings in mappings"),
        pytest.param("- " * 90_000, "more than 50 levels deep, line 1", id="a line of dashes"),
        pytest.param("a: *b", "undefined alias", id="an alias of nothing"),
    ],
)
def test_a_text_that_reading_would_not_survive_is_refused(tmp_path: Path, text: str, why: str) -> None:
    """The loader's own recursion ended the process, aliases of aliases kept it busy for hours: both before a word was read."""
    file = tmp_path / "pack.yaml"
    file.write_text(text)
    with pytest.raises(ValueError, match=why):
        files.parse(text.encode(), "the text")
    with pytest.raises(files.Unreadable):
        files.marked(file)


def test_aliases_of_a_usual_measure_are_read() -> None:
    """As the packs that ship use them for their stages."""
    assert files.parse(b"a: &a {x: 1}\nb: [*a, *a]", "t") == {"a": {"x": 1}, "b": [{"x": 1}, {"x": 1}]}
