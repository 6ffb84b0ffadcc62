"""Past projects on record."""

from tests.support.estimation.samples import CASES

CNY = "CNY"


def project(**wish):
    return {
        "name": "Core banking", "industry": "Banking", "organisation": "Shanghai", "technology": "Java", "size": 420.5,
        "effort_days": 512.25, "duration_months": 11, "cost": {"amount": "900000.00", "currency": CNY},
        "estimated_effort_days": 450, "estimated_effort_p80_days": 560,
        "estimated_cost": {"amount": "800000.00", "currency": CNY}, "started_on": "2024-01-08",
        "finished_on": "2024-12-20", "source": "time sheets", **wish,
    }  # fmt: skip


async def recorded(client, **wish):
    answer = await client.post("/past-projects", json=project(**wish))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def imported(client, name="desharnais"):
    columns = '{"name": "project", "size": "size_fp", "effort_hours": "effort_hours", "technology": "language"}'
    content = (CASES / "past_projects" / f"{name}.csv").read_bytes()
    query = {"file_name": f"{name}.csv", "columns": columns}
    answer = await client.post("/past-projects/import", params=query, content=content)
    assert answer.status_code == 200, answer.text


async def fitted(client, **wish):
    answer = await client.post("/productivity-models", json={"name": "Ours", **wish})
    assert answer.status_code == 201, answer.text
    return answer.json()
