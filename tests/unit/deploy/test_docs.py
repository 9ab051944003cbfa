"""Facts about the pages that are made from the code."""

from pathlib import Path

from deploy.docs import declared, main, metrics_page, modules, modules_page, published


def _tree(root: Path) -> Path:
    """A product of two modules and a revision."""
    for name, text in {
        "runtime/__init__.py": '"""How services run."""',
        "runtime/clock.py": '"""What time it is.\n\nAnd more.\n"""',
        "deploy/migrations/intake/versions/0001_tables.py": '"""Tables."""',
        "bihuan/main.py": '"""List every command."""',
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "docs").mkdir()
    return root


def test_each_module_stands_under_its_package_with_its_first_line(tmp_path: Path) -> None:
    """A package tells about itself; revisions of the database are left out."""
    page = modules_page(_tree(tmp_path))

    assert page.endswith(
        "\n## runtime/\n\nHow services run.\n\n- `clock.py` - What time it is.\n"
        "\n## bihuan/\n\n- `main.py` - List every command.\n"
    )
    assert tuple(map(Path, ("runtime/__init__.py", "runtime/clock.py", "bihuan/main.py"))) == modules(tmp_path)


def test_each_metric_stands_with_its_labels_and_its_sentence() -> None:
    """Named values are shown, long lists are counted."""
    page = metrics_page()

    assert "| `bihuan_outbox_rows` | gauge | - | Facts that wait for the relay" in page
    assert "`reason`: outside_log, recreated_topic" in page
    assert "`rule`: 37 values; `status`: raised, proposed" in page
    assert sum(len(metrics) for metrics in declared().values()) == page.count("\n| `bihuan_")


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    """A second run writes nothing."""
    root = _tree(tmp_path)

    assert main(root) == 0
    written = {path: path.stat().st_mtime_ns for path in published(root)}

    assert main(root) == 0
    assert {path: path.stat().st_mtime_ns for path in published(root)} == written
