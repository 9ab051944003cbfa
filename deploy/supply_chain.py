"""Look at what the product is made of: its bill of materials, its licences, weak spots and secrets in its sources.

`make sbom`, `make licences`, `make scan`. Nothing here asks the network.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

CLONE: Final = Path(__file__).parents[1]
LICENCES: Final = CLONE / "deploy" / "licences.yaml"
LOCK: Final = CLONE / "requirements.txt"
BASELINE: Final = CLONE / ".secrets.baseline"
MOVED: Final = 3  # detect-secrets found none that is new, and wrote new line numbers into the baseline
SOURCES: Final = ("bihuan", "contracts", "runtime", "services", "deploy", "policies")

# Pinned hashes and what others made: long random words by nature.
NOT_OURS: Final = re.compile(
    r"(^|/)(requirements|dev)\.txt$|\.(png|svg|ttf|woff2?|docx|xlsx)$|/static/vendor/|^contracts/asyncapi\.yaml$"
    r"|^docs/(events|modules|clauses)\.md$|^deploy/grafana/|^\.secrets\.baseline$"
)

INVENTED: Final = ("KeywordDetector", "BasicAuthDetector", "Base64HighEntropyString", "HexHighEntropyString")

_NAME: Final = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
_PARTS: Final = re.compile(r"\s*(?:;|\bAND\b|\bOR\b)\s*")


def main(arguments: list[str]) -> int:
    """Run one of the looks; returns the exit status."""
    looks = {"sbom": sbom, "licences": licences, "scan": scan, "baseline": baseline}
    if len(arguments) != 1 or arguments[0] not in looks:
        print("python -m deploy.supply_chain " + "|".join(looks))
        return 2
    return looks[arguments[0]]()


def sbom() -> int:
    """Write dist/sbom.json (CycloneDX) of what is locked, the same bytes for the same lock."""
    out = CLONE / "dist" / "sbom.json"
    out.parent.mkdir(exist_ok=True)
    status = _run("cyclonedx_py", "requirements", str(LOCK), "--output-reproducible", "--output-file", str(out))
    if status == 0:
        count = len(json.loads(out.read_text(encoding="utf-8"))["components"])
        print(f"{out.relative_to(CLONE)}: {count} components")
    return status


def licences() -> int:
    """Hold the licences of what is installed against the list; name each package that is not on it."""
    asked = [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed"]
    told = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True, cwd=CLONE).stdout)
    rules = yaml.safe_load(LICENCES.read_text(encoding="utf-8"))
    needed = locked(LOCK.read_text(encoding="utf-8"))
    wrong = list(unfit({plain(row["Name"]): row["License"] for row in told}, needed, rules))
    for sentence in wrong:
        print(sentence)
    print(f"{len(needed)} packages, {len(wrong)} not allowed; {len(rules['exceptions'])} by exception")
    return 1 if wrong else 0


def locked(text: str) -> frozenset[str]:
    """The names of the packages of a lock file."""
    return frozenset(plain(name) for name in _NAME.findall(text))


def unfit(found: Mapping[str, str], needed: Iterable[str], rules: Mapping[str, Any]) -> Iterator[str]:
    """Say of each needed package what is wrong with its licence; an exception that nobody needs is wrong too."""
    allowed, exceptions = set(rules["allowed"]), rules["exceptions"]
    needed = set(needed)
    for name in sorted(needed & found.keys()):
        parts = set(filter(None, _PARTS.split(found[name])))
        if name not in exceptions and not (parts and parts <= allowed):
            yield f"{name}: {found[name]!r} is not allowed in {LICENCES.name}; list it with the reason, or do without it"
    for name in sorted(exceptions.keys() - needed):
        yield f"{name}: an exception for a package that is not needed; take it out of {LICENCES.name}"


def plain(name: str) -> str:
    """A package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def scan() -> int:
    """Bandit over our sources, and the search for secrets over every file that is kept."""
    weak = _run("bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive", *SOURCES)
    told = [name for name in kept() if not name.startswith("tests/")]
    found = _run("detect_secrets.pre_commit_hook", "--no-verify", "--baseline", BASELINE.name, *told)
    secret = 0 if found == MOVED else found
    # In tests passwords are invented; a key of a provider or a private key has no place there either.
    tests = [name for name in kept() if name.startswith("tests/")]
    invented = [word for plugin in INVENTED for word in ("--disable-plugin", plugin)]
    secret = _run("detect_secrets.pre_commit_hook", "--no-verify", *invented, *tests) or secret
    if secret:
        print(f"if it is none: python -m deploy.supply_chain baseline, and look at what changed in {BASELINE.name}")
    elif not weak:
        print("no weak spot, no secret that is new")
    return weak or secret


def baseline() -> int:
    """Write the baseline anew: what looks like a secret and is none. Read its difference before it is kept."""
    told = [name for name in kept() if not name.startswith("tests/")]
    asked = [sys.executable, "-m", "detect_secrets", "scan", "--no-verify", *told]
    found = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True, cwd=CLONE).stdout)
    found.pop("generated_at")
    BASELINE.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(f"{BASELINE.name}: {sum(map(len, found['results'].values()))} that are none")
    return 0


def kept() -> list[str]:
    """Every file of the repository that people write."""
    listed = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True, cwd=CLONE)  # noqa: S607
    return [name for name in listed.stdout.splitlines() if not NOT_OURS.search(name)]


def _run(module: str, *arguments: str) -> int:
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=CLONE, check=False, env=environment
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
