"""Rules about the code itself, each of which was seen to fail when it is broken."""

import ast
import re
import shutil
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRODUCT = ("gateway", "services", "shared")
MOST_LINES = 400


def sources(root=ROOT):
    return [path for folder in PRODUCT for path in (root / folder).rglob("*.py")]


def commits(path):
    """Lines that call `.commit()` or `.rollback()`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "rollback"}
    ]


def test_only_the_kernel_ends_transactions():
    found = {str(path): lines for path in sources() if "shared" not in path.parts and (lines := commits(path))}

    assert found == {}


def test_no_file_is_longer_than_a_person_reads():
    code = [path for path in [*sources(), *(ROOT / "deploy").rglob("*.py"), *(ROOT / "examples").rglob("*.py")]
            if "versions" not in path.parts]  # fmt: skip
    long = {
        str(path.relative_to(ROOT)): lines
        for path in code
        if (lines := len(path.read_text().splitlines())) > MOST_LINES
    }

    assert long == {}


def test_shared_has_wings_and_no_hall():
    found = {path.relative_to(ROOT / "shared").parts[0] for path in (ROOT / "shared").rglob("*.py")}

    assert found == {"__init__.py", "kernel", "language", "quant", "charts", "documents", "files"}


def test_files_are_named_for_what_they_hold():
    vague = re.compile(r"(utils?|helpers?|common|misc|base_service|manager)\.py$")

    assert [str(path) for path in sources() if vague.search(path.name)] == []


def test_no_arguments_can_change_places_unnoticed():
    """Four in a row of one type: who calls names them, or they are one value with a type of its own."""
    plain = {"str", "int", "float", "bool", "Decimal", "date", "datetime", "UUID"}
    found = []
    for path in (ROOT / "services").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                types = [
                    one.annotation and ast.unparse(one.annotation).removesuffix(" | None") for one in node.args.args
                ]
                if any(len(list(run)) > 3 for kind, run in groupby(types) if kind in plain):
                    found.append(f"{path.relative_to(ROOT)}: {node.name}")

    assert found == []


def test_every_module_of_shared_is_used_by_at_least_two_deployables():
    import grimp

    graph = grimp.build_graph("gateway", "services", "shared", cache_dir=None)
    deployables = [
        "gateway",
        *(
            f"services.{path.name}"
            for path in (ROOT / "services").iterdir()
            if path.is_dir() and (path / "app.py").exists()
        ),
    ]
    # The language of a context is spoken by its service and heard by others; mathematics is one, whoever uses a part
    # of it today; migrations are run by `python -m`, not imported; the words of presales come with its language.
    elsewhere = ("shared.language.events.", "shared.quant")
    modules = {m for m in graph.modules if m.startswith("shared.") and not m.startswith(elsewhere)}
    modules -= {m for m in modules if graph.find_children(m)} | {"shared.kernel.migrations", "shared.language.labels"}
    reach = {d: graph.find_upstream_modules(d, as_package=True) for d in deployables}

    lonely = {m: [d for d in deployables if m in reach[d]] for m in modules}
    assert {m: users for m, users in lonely.items() if len(users) < 2} == {}


def test_no_test_leans_on_another():
    """What tests share is in `tests/support`: a test can be moved, or dropped, by itself."""
    leans = re.compile(r"^ *(import|from) tests\.(\w+(\.| import ))?test_\w+", re.MULTILINE)
    files = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    itself = {path: f"from tests.{path.parent.name}.{path.stem}" for path in files}

    found = {
        str(path.relative_to(ROOT)): lines
        for path in files
        if (lines := [one[0] for one in leans.finditer(path.read_text()) if one[0].strip() != itself[path]])
    }

    assert found == {}


def test_what_the_guides_name_is_there():
    """Whoever follows them is led to a file, not to where it was."""
    paths = re.compile(r"`((?:shared|services|gateway|deploy|tests|docs|benchmarks|examples)/[\w/.-]+)`")
    named = {
        (page, path) for page in ("README.md", "CONTRIBUTING.md") for path in paths.findall((ROOT / page).read_text())
    }

    assert len(named) > 30
    assert {one for one in named if not (ROOT / one[1]).exists()} == set()


def test_every_decision_says_what_checks_it():
    records = sorted((ROOT / "docs" / "decisions").glob("0*.md"))

    assert records
    for record in records:
        text = record.read_text(encoding="utf-8")
        checked = re.search(r"\*\*Checked by\*\*: (.+)", text)
        assert checked, record.name
        for path in re.findall(r"`((?:tests|benchmarks|deploy|pyproject)[^`:]*)", checked[1]):
            assert (ROOT / path).exists(), f"{record.name}: {path}"


BREAKS = {
    "a service imports another": (
        "services/risk/models/risks.py",
        "from services.estimation import models as _other",
    ),
    "shared imports a service": ("shared/language/money.py", "from services.risk import models as _other"),
    "domain imports SQLAlchemy": ("services/requirements/domain/baseline.py", "import sqlalchemy as _other"),
    "the gateway imports NATS": ("gateway/routes.py", "import nats as _other"),
    "the language imports the database": (
        "shared/language/events/risk/__init__.py",
        "from shared.kernel import db as _other",
    ),
    "the kernel imports the language": ("shared/kernel/problems.py", "from shared.language import labels as _other"),
    "a wing leans on another": ("shared/files/numbers.py", "from shared.language import money as _other"),
    "the kernel has a circle": ("shared/kernel/base.py", "from shared.kernel import db as _other"),
    "mathematics imports a problem": ("shared/quant/three_point.py", "from shared.kernel import problems as _other"),
    "mathematics imports SQLAlchemy": ("shared/quant/sums.py", "import sqlalchemy as _other"),
    "models import commands": (
        "services/requirements/models/baselines.py",
        "from services.requirements import commands as _other",
    ),
    "a folder of a service stands in no contract": (
        "services/risk/matters/__init__.py",
        "from services.risk import settings as _other",
    ),
    "a service has a circle": (
        "services/requirements/domain/columns.py",
        "from services.requirements.domain import intake as _other",
    ),
    "routes import handlers": (
        "services/requirements/routes/clients.py",
        "from services.requirements import handlers as _other",
    ),
}


def test_each_part_of_the_mathematics_is_used():
    import grimp

    graph = grimp.build_graph("gateway", "services", "shared", cache_dir=None)
    parts = {m for m in graph.modules if m.startswith("shared.quant.")}

    used = {one for one in parts if graph.find_modules_that_directly_import(one)}
    assert parts - used == set()


def test_mathematics_says_what_it_means():
    """Meaning, units, errors and sources are in the docstrings: the code is a formula that nobody could check else."""
    mute = []
    for path in (ROOT / "shared" / "quant").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        public = [node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)]
        mute += [f"{path.name}: {one.name}" for one in public if one.name[0] != "_" and not ast.get_docstring(one)]
        mute += [] if ast.get_docstring(tree) else [path.name]

    assert mute == []


@pytest.mark.parametrize("service", ["requirements", "engagement", "insights"])
def test_a_service_without_simulations_does_not_load_scipy(service):
    code = f"import sys, services.{service}.app; sys.exit('scipy' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("breach", BREAKS)
def test_the_import_rules_notice(breach, tmp_path):
    name, line = BREAKS[breach]
    for folder in PRODUCT:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    target = tmp_path / name
    target.parent.mkdir(exist_ok=True)
    with target.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")

    lint = Path(sys.executable).parent / "lint-imports"
    ran = subprocess.run([lint, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ran.returncode == 1, ran.stdout
    assert "BROKEN" in ran.stdout


@pytest.mark.parametrize("service", ["requirements", "engagement", "estimation", "risk", "proposal", "insights"])
def test_a_service_stands_alone_with_shared(service, tmp_path):
    shutil.copytree(ROOT / "shared", tmp_path / "shared")
    (tmp_path / "services").mkdir()
    shutil.copy(ROOT / "services" / "__init__.py", tmp_path / "services")
    shutil.copytree(ROOT / "services" / service, tmp_path / "services" / service)

    code = f"import services.{service}.app"
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
