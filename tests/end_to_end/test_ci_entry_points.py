"""What stands ready for a CI: each file is what its schema says, and its steps run as far as they can."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from project import POWER, Project

ROOT = Path(__file__).parents[2]

slow = pytest.mark.slow

#: What makes the backend of a project one that pip installs.
PACKAGED = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "mine"
version = "1"

[tool.setuptools]
py-modules = ["mine"]
"""


def loaded(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("action.yml", "github-actions"),
        ("ci/gitlab.yml", "gitlab-ci"),
        ("ci/nightly.yml", "github-workflows"),
    ],
)
def test_each_file_is_what_its_schema_says(name: str, schema: str) -> None:
    """As the editors of those systems check it."""
    ended = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(ROOT / name)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "project").mkdir()
    return Project(tmp_path / "project")


def bash(script: str, cwd: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the script of a step as GitHub does."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def filled(step: dict[str, Any], values: dict[str, str]) -> dict[str, str]:
    """The environment of a step, each expression replaced by its value; there must be nothing else in it."""
    return {name: values[text] for name, text in step.get("env", {}).items()}


@slow
def test_the_action_runs_in_a_clean_environment(project: Project, tmp_path: Path) -> None:
    """Installed from its own folder, it holds the gate; its outputs say how; arguments come through whole."""
    project.flaws("exitcode")
    steps = {step["name"]: step for step in loaded("action.yml")["runs"]["steps"]}
    (tmp_path / "temp").mkdir()
    values = {
        "${{ github.action_path }}": str(ROOT),
        "${{ runner.temp }}": str(tmp_path / "temp"),
        "${{ inputs.backend }}": "mine:fork",
        "${{ inputs.baseline }}": "",
        "${{ inputs.python }}": sys.executable,
        "${{ inputs.path }}": str(project.folder),
        "${{ inputs.profile }}": "smoke",
        "${{ inputs.shard }}": "",
        "${{ inputs.arguments }}": f"--path\n{POWER}\n--requirement\nPROC-EXIT-SIGNAL\n--budget\n6s\n",
        "${{ inputs.report-folder }}": "the report",
    }
    github = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(tmp_path / "outputs"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }

    installed = bash(
        steps["Install mpconform"]["run"], project.folder, filled(steps["Install mpconform"], values)
    )
    assert installed.returncode == 0, installed.stdout + installed.stderr
    held = bash(
        steps["Hold the gate"]["run"], project.folder, filled(steps["Hold the gate"], values) | github
    )

    assert held.returncode == 1, held.stdout + held.stderr
    outputs = dict(line.split("=", 1) for line in (tmp_path / "outputs").read_text().splitlines())
    assert outputs == {
        "exit-code": "1", "new": "1", "stale": "0", "report": "the report/index.html", "verdict": "fails"
    }  # fmt: skip
    assert set(outputs) == set(loaded("action.yml")["outputs"])
    assert "PROC-EXIT-SIGNAL" in (tmp_path / "summary").read_text()
    report = project.folder / "the report"
    assert {"index.html", "junit.xml", "results.sarif", "badge.json"} <= {p.name for p in report.iterdir()}


@slow
def test_the_tox_snippet_holds_the_gate(project: Project) -> None:
    """As it stands in docs/gate.md; what narrows it stands in a file, as it may.

    mpconform is the one that is being tested: that it can be installed, the action shows.
    """
    project.flaws("exitcode")
    (snippet,) = re.findall(
        r"^```ini\n(.*?)^```$", (ROOT / "docs/gate.md").read_text(), re.DOTALL | re.MULTILINE
    )
    (project.folder / "tox.ini").write_text(
        "[tox]\nno_package = true\n" + snippet.replace("deps = mpconform", "allowlist_externals = mpconform")
    )
    (project.folder / "mpconform.toml").write_text(
        f'backend = "mine:fork"\npath = [".", "{POWER}"]\nrequirement = "PROC-EXIT-SIGNAL"\nbudget = "6s"\n'
    )
    (project.folder / "conformance.toml").write_text('format = 1\nedition = "2026.1"\nbackend = "mine"\n')

    held = subprocess.run(
        [sys.executable, "-m", "tox", "run", "-e", "conformance"],
        cwd=project.folder, capture_output=True, text=True, timeout=280, check=False,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("TOX_")},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
    )  # fmt: skip

    assert held.returncode == 1, held.stdout + held.stderr
    assert "The gate fails (exit code 1): 1 new" in held.stdout
    assert (project.folder / ".tox" / "reports" / "conformance" / "index.html").exists()


@slow
def test_the_job_of_gitlab_runs(project: Project) -> None:
    """Its script, with the variables that a project sets; the report that it names is there."""
    job = loaded("ci/gitlab.yml")[".mpconform"]
    install = ".mpconform/bin/python -m pip install --quiet mpconform"
    assert install in job["script"]
    lines = [line.replace(install, f"{install[:-9]}{str(ROOT)!r}") for line in job["script"]]
    variables = job["variables"] | {
        "MPCONFORM_BACKEND": "mine:fork",
        "MPCONFORM_PATH": f"{project.folder} {POWER}",
        "MPCONFORM_REQUIREMENT": "PROC-EXIT-SIGNAL",
        "MPCONFORM_BUDGET": "6s",
    }

    ended = bash("\n".join(lines), project.folder, variables | {"GITLAB_CI": "true"})

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "::error" not in ended.stdout
    assert (project.folder / job["artifacts"]["reports"]["junit"]).exists()


@slow
def test_the_nightly_run_opens_a_pull_request(project: Project, tmp_path: Path) -> None:
    """What was found is committed to a branch of its own and pushed; a night without news opens nothing.

    Every step of the workflow that is a script is run, with mpconform taken from here.
    """
    steps = {step.get("name", ""): step for step in loaded("ci/nightly.yml")["jobs"]["deep"]["steps"]}
    for name in (
        "git init -q -b main",
        "git add mine.py",
        "git -c user.name=x -c user.email=x@y commit -qm x",
    ):
        subprocess.run(name.split(), cwd=project.folder, check=True)
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "origin")], check=True)
    subprocess.run(
        ["git", "remote", "add", "origin", str(tmp_path / "origin")], cwd=project.folder, check=True
    )
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "gh").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path / "gh-was-told"}\n')
    (tools / "gh").chmod(0o755)
    (project.folder / "pyproject.toml").write_text(PACKAGED)
    (project.folder / "conformance.toml").write_text('format = 1\nedition = "2026.1"\nbackend = "mine"\n')
    subprocess.run(["git", "add", "conformance.toml"], cwd=project.folder, check=True)
    project.flaws("exitcode")
    environment = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "MPCONFORM_BACKEND": "mine:fork",
        "MPCONFORM_PATH": f"{project.folder} {POWER}",
    }
    gate = steps["Hold the gate"]["run"].replace("--profile deep", "--budget 12s")
    assert "--budget" in gate
    install = steps["Install"]["run"].replace(". mpconform", f". {str(ROOT)!r}")
    assert str(ROOT) in install

    installed = bash(install, project.folder, environment)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    assert list(project.folder.glob(".venv/lib/*/site-packages/mine.py"))
    held = bash(gate, project.folder, environment)
    assert held.returncode == 1, held.stdout + held.stderr
    for name in ("Update the baseline", "Open a pull request"):
        ended = bash(steps[name]["run"], project.folder, environment)
        assert ended.returncode == 0, ended.stdout + ended.stderr

    assert (tmp_path / "gh-was-told").read_text().startswith("pr create --fill --head conformance-")
    pushed = subprocess.run(
        ["git", "log", "--all", "--format=%s"],
        cwd=tmp_path / "origin",
        capture_output=True,
        text=True,
        check=True,
    )
    assert "conformance: what the nightly run found" in pushed.stdout
    (tmp_path / "gh-was-told").unlink()
    again = bash(steps["Open a pull request"]["run"], project.folder, environment)
    assert again.returncode == 0
    assert not (tmp_path / "gh-was-told").exists()


def test_no_step_takes_an_expression_into_its_script() -> None:
    """What a user writes into an input is a value, and never a command."""
    for step in loaded("action.yml")["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
    assert shutil.which("bash")
