"""The one OpenAPI document says of each operation what its own service says, under names that code can have."""

import re

import pytest

from gateway.routes import OPERATED
from tests.contracts import record
from tests.contracts.merged import merged, names_of, walked

DOCUMENTS = (*record.SERVICES, "gateway")


@pytest.fixture(scope="module")
def whole():
    return record.whole_openapi()


def references(document):
    found = set()
    walked(document, lambda name: found.add(name) or name)
    return found


def differences(one, other, one_document, other_document, seen, path=""):
    """Where two parts of two documents describe something else, references followed; names do not count."""
    if isinstance(one, dict) and isinstance(other, dict) and "$ref" in one and "$ref" in other:
        pair = one["$ref"], other["$ref"]
        if pair in seen:
            return
        seen.add(pair)
        parts = [
            dict(document["components"]["schemas"][reference.rsplit("/", 1)[1]], title="")
            for document, reference in zip((one_document, other_document), pair, strict=True)
        ]
        yield from differences(*parts, one_document, other_document, seen, f"{path} > {pair[1].rsplit('/', 1)[1]}")
    elif isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            yield f"{path}: {sorted(one.keys() ^ other.keys())}"
        for key in one.keys() & other.keys():
            yield from differences(one[key], other[key], one_document, other_document, seen, f"{path}/{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from differences(*pair, one_document, other_document, seen, f"{path}/{index}")
    elif one != other:
        yield f"{path}: {one!r} is {other!r}"


def place(service, path):
    is_operated = service != "gateway" and path.startswith(tuple(f"/v1/{name}" for name in OPERATED))
    return path.replace("/v1/", f"/v1/ops/{service}/", 1) if is_operated else path


def test_every_operation_of_every_service_is_there(whole):
    said = {
        place(service, path): set(item)
        for service in DOCUMENTS
        for path, item in record.openapi(service)["paths"].items()
    }

    assert {path: set(item) for path, item in whole["paths"].items()} == said


def test_every_reference_leads_somewhere(whole):
    assert references(whole) <= whole["components"]["schemas"].keys()
    for service in DOCUMENTS:
        own = record.openapi(service)
        assert references(own) <= own.get("components", {}).get("schemas", {}).keys()


@pytest.mark.parametrize("service", DOCUMENTS)
def test_every_operation_has_the_shapes_of_its_own_service(whole, service):
    own = record.openapi(service)
    seen, found = set(), []
    for path, item in own["paths"].items():
        for method, operation in item.items():
            shown = dict(whole["paths"][place(service, path)][method])
            said = dict(operation)
            shown["operationId"] = shown["operationId"].removesuffix(f"Of{service.capitalize()}")
            shown["responses"] = {code: answer for code, answer in shown["responses"].items() if code != "default"}
            said["responses"] = {code: answer for code, answer in said["responses"].items() if code != "422"}
            found += differences(said, shown, own, whole, seen, f"{method} {path}")

    assert found == []


def test_operation_ids_are_unique_and_read_well(whole):
    ids = [operation["operationId"] for item in whole["paths"].values() for operation in item.values()]

    assert len(ids) == len(set(ids))
    assert [name for name in ids if not re.fullmatch(r"[a-z]+([A-Z][a-z]*)+", name)] == []


def test_names_of_schemas_are_short_and_can_be_names_of_classes_and_files(whole):
    names = whole["components"]["schemas"].keys()

    assert [name for name in names if not re.fullmatch(r"[A-Z][A-Za-z0-9]{1,39}", name)] == []
    assert len({name.lower() for name in names}) == len(names)
    assert {schema["title"] for schema in whole["components"]["schemas"].values()} == names


def test_nothing_is_shown_that_no_operation_needs(whole):
    """A name that nothing leads to is a shape that lost its references, as once those of another service did."""
    schemas = whole["components"]["schemas"]
    reached, new = set(), references(whole["paths"])
    while new:
        reached |= new
        new = set().union(*(references(schemas[name]) for name in new)) - reached

    assert schemas.keys() == reached


def shape(**properties):
    return {"type": "object", "title": "X", "properties": properties}


def to(name):
    return {"$ref": f"#/components/schemas/{name}"}


TEXT, NUMBER = {"type": "string"}, {"type": "number"}


def test_one_shape_has_one_name_whoever_uses_it():
    names = names_of({("risk", "Reason"): shape(why=TEXT), ("proposal", "Reason"): shape(why=TEXT)})

    assert set(names.values()) == {"Reason"}


def test_two_shapes_of_one_name_both_take_the_name_of_their_service():
    names = names_of({("risk", "CellOut"): shape(x=TEXT), ("estimation", "CellOut"): shape(x=NUMBER)})

    assert names == {("risk", "CellOut"): "RiskCellOut", ("estimation", "CellOut"): "EstimationCellOut"}


def test_shapes_that_differ_only_by_what_they_lead_to_are_told_apart():
    names = names_of(
        {
            ("risk", "Whole"): shape(part=to("Part")),
            ("risk", "Part"): shape(x=TEXT),
            ("proposal", "Whole"): shape(part=to("Part")),
            ("proposal", "Part"): shape(x=NUMBER),
        }
    )

    assert set(names.values()) == {"RiskWhole", "RiskPart", "ProposalWhole", "ProposalPart"}


def test_a_shape_that_contains_itself_is_shared_like_any_other():
    names = names_of({(service, "Tree"): shape(branches=to("Tree")) for service in ("risk", "proposal")})

    assert set(names.values()) == {"Tree"}


def test_what_several_services_share_keeps_its_name_before_what_one_has():
    shared = {(service, "Suspect"): shape(x=TEXT) for service in ("risk", "proposal")}

    names = names_of(shared | {("requirements", "Suspect"): shape(x=NUMBER)})

    assert names["risk", "Suspect"] == names["proposal", "Suspect"] == "Suspect"
    assert names["requirements", "Suspect"] == "RequirementsSuspect"


def test_a_name_that_another_has_by_right_is_not_taken():
    names = names_of(
        {
            ("risk", "BudgetOut"): shape(x=TEXT),
            ("risk", "RiskBudgetOut"): shape(y=TEXT),
            ("estimation", "BudgetOut"): shape(x=NUMBER),
        }
    )

    assert names["risk", "RiskBudgetOut"] == "RiskBudgetOut"
    assert names["risk", "BudgetOut"] == "BudgetOutOfRisk"


def test_long_names_of_one_service_become_the_module_and_the_name():
    prefix = "services__estimation__schemas"
    names = names_of(
        {
            ("estimation", f"{prefix}__cost_items__CostItemOut"): shape(x=TEXT),
            ("estimation", f"{prefix}__estimates__CostItemOut"): shape(x=NUMBER),
            ("estimation", "Money-Input"): shape(z=TEXT),
            ("estimation", "Money-Output"): shape(z=NUMBER),
            ("estimation", "Page_CostItemOut_"): shape(items=TEXT),
        }
    )

    assert list(names.values()) == [
        "CostItemsCostItemOut", "EstimatesCostItemOut", "MoneyInput", "MoneyOutput", "PageCostItemOut",
    ]  # fmt: skip


def test_two_services_at_one_path_are_refused():
    document = {"paths": {"/v1/x": {}}, "components": {"schemas": {}}}

    with pytest.raises(ValueError, match="/v1/x is served twice"):
        merged({"risk": document, "proposal": document})


@pytest.mark.parametrize("service", record.SERVICES)
def test_what_is_created_says_what_it_is_and_its_version_first(service):
    """From these the kernel makes `Location` and `ETag` of the answer."""
    own = record.openapi(service)
    created = {
        path: operation["responses"]["201"]["content"]["application/json"]["schema"]["$ref"].rsplit("/")[-1]
        for path, item in own["paths"].items()
        for method, operation in item.items()
        if method == "post" and "201" in operation["responses"] and not {"{", ":"} & set(path)
    }

    first = {path: list(own["components"]["schemas"][name]["properties"])[:2] for path, name in created.items()}
    assert first == {path: ["id", "version"] for path in created}
    assert created or service == "insights"
