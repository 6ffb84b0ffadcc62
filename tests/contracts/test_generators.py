"""What others make of the published document: it validates, and generators finish with code that compiles.

Some 25 s of the processor, so what was proved of the very same bytes on this machine is not proved again.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.contracts import record

DOCUMENT = record.SHIPPED / "openapi.json"
TYPESCRIPT = Path(__file__).with_name("typescript")


@pytest.fixture
def proving(cache):
    """`with proving("what") as is_new`: whether it is still to be proved of the document as it is now."""

    @contextmanager
    def prove(what):
        digest = hashlib.sha256(DOCUMENT.read_bytes() + Path(__file__).read_bytes()).hexdigest()
        yield cache.get(f"openapi/{what}", None) != digest
        cache.set(f"openapi/{what}", digest)

    return prove


def test_the_document_is_valid_to_the_last_part(proving):
    with proving("valid") as is_new:
        errors = validator()(json.loads(DOCUMENT.read_bytes())).iter_errors() if is_new else ()

        assert [str(error) for error in errors] == []


@pytest.mark.parametrize(("keyword", "fault"), [("type", "unicorn"), ("required", "code"), ("default", 7)])
def test_a_fault_deep_in_a_document_is_found(keyword, fault):
    schema = {"type": "object", "properties": {"code": {"type": "string", keyword: fault}}}
    answer = {"description": "", "content": {"application/json": {"schema": {"type": "array", "items": schema}}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "", "version": "1"},
        "paths": {"/x": {"get": {"operationId": "getX", "responses": {"200": answer}}}},
    }

    assert list(validator()(document).iter_errors())


def validator():
    """That of openapi-spec-validator, with schemas held against the dialect by jsonschema-rs: the rest takes longer."""
    import jsonschema_rs
    from jsonschema.exceptions import ValidationError
    from openapi_schema_validator import OAS31Validator
    from openapi_schema_validator._specifications import REGISTRY
    from openapi_spec_validator import OpenAPIV31SpecValidator
    from openapi_spec_validator.validation.keywords import OpenAPIV31SchemaValidator

    vocabulary = [(uri, REGISTRY.contents(uri)) for uri in REGISTRY if "openapis" in uri]
    dialect = jsonschema_rs.validator_for(OAS31Validator.META_SCHEMA, registry=jsonschema_rs.Registry(vocabulary))

    def check(schema):
        for error in dialect.iter_errors(schema):
            raise ValidationError(error.message)

    class Schemas(OpenAPIV31SchemaValidator):
        def _get_schema_checker(self, _schema, _value):
            return check

    class Validator(OpenAPIV31SpecValidator):
        keyword_validators = OpenAPIV31SpecValidator.keyword_validators | {"schema": Schemas}

    return Validator


@pytest.mark.parametrize("service", record.SERVICES)
def test_the_document_of_a_service_is_valid(service):
    from openapi_spec_validator import OpenAPIV31SpecValidator

    # By the schema of OpenAPI alone: each part of it is a part of the one document, which is walked to the end.
    errors = OpenAPIV31SpecValidator.schema_validator.iter_errors(record.openapi(service))

    assert [str(error) for error in errors] == []


def test_a_python_client_is_generated_and_compiles(proving, tmp_path):
    pytest.importorskip("openapi_python_client", reason="openapi-python-client is not installed")
    with proving("python") as is_new:
        if not is_new:
            return
        kinds = set(media_types(json.loads(DOCUMENT.read_bytes())))
        files = {kind for kind in kinds if not re.search(r"\bjson$|^multipart/", kind)}
        as_bytes = dict.fromkeys(sorted(files), "application/octet-stream")
        config = tmp_path / "config.json"
        config.write_text(json.dumps({"content_type_overrides": as_bytes, "post_hooks": []}))

        made = run(
            sys.executable, "-m", "tests.contracts.python_client", "generate", "--path", DOCUMENT, "--config", config,
            "--output-path", tmp_path / "client", "--meta", "none", "--fail-on-warning",
        )  # fmt: skip

        assert made.returncode == 0, made.stdout[-3000:] + made.stderr[-3000:]
        assert (tmp_path / "client" / "api" / "requirements" / "approve_baseline.py").exists()
        for module in (tmp_path / "client").rglob("*.py"):
            compile(module.read_bytes(), module, "exec")


def test_typescript_is_generated_and_compiles_strictly(proving, cache, tmp_path):
    with proving("typescript") as is_new:
        if not is_new:
            return
        tools = installed(cache.mkdir("typescript"))
        types = tmp_path / "api.ts"

        made = run(tools / "openapi-typescript", DOCUMENT, "--output", types)
        (tmp_path / "use.ts").write_text(
            'import type { operations } from "./api";\n'
            'const baseline: operations["approveBaseline"]["responses"][200]["content"]["application/json"]["id"] = "x";\n'
            "console.log(baseline);\n"
        )
        compiled = run(
            tools / "tsc",
            "--strict",
            "--noEmit",
            "--skipLibCheck",
            "--lib",
            "es2022,dom",
            types,
            "use.ts",
            cwd=tmp_path,
        )

        assert made.returncode == 0, made.stdout + made.stderr
        assert compiled.returncode == 0, compiled.stdout[-3000:]


def installed(folder):
    """The tools of the lock in `folder`; skips, with the reason, where they cannot be had."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("no Node.js with npm here, so TypeScript is not generated")
    lock = (TYPESCRIPT / "package-lock.json").read_bytes()
    if not (folder / "done").exists() or (folder / "done").read_bytes() != lock:
        shutil.copytree(TYPESCRIPT, folder, dirs_exist_ok=True)
        fetched = run("npm", "ci", "--no-audit", "--no-fund", "--fetch-retries=0", cwd=folder)
        if fetched.returncode:
            pytest.skip(f"npm cannot fetch openapi-typescript here: {fetched.stderr.strip()[-200:]}")
        (folder / "done").write_bytes(lock)
    return folder / "node_modules" / ".bin"


def run(*command, cwd=None):
    return subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


def media_types(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "content" and isinstance(value, dict):
                yield from value
            yield from media_types(value)
    elif isinstance(node, list):
        for value in node:
            yield from media_types(value)
