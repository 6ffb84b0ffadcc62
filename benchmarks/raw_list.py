"""What a list of requirements costs at the least: the same rows by asyncpg and orjson, without anything of ours.

Started by `reading.py` as `python -m benchmarks.raw_list <database url> <port>`.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_COLUMNS = (
    "id, version, created_at, created_by, updated_at, opportunity_id, code, title, statement, kind, priority,"
    ' "group", rationale, acceptance_criteria, metric, size, depends_on, sources, client_words, origin, status,'
    " suspects, confirmed_by, confirmed_at"
)


def application(url: str) -> Starlette:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.pool = await asyncpg.create_pool(url, min_size=4, max_size=8)
        yield
        await app.state.pool.close()

    async def listed(request: Request) -> Response:
        async with request.app.state.pool.acquire() as connection, connection.transaction():
            await connection.execute("select set_config('app.tenant', 'demo', true)")
            rows = await connection.fetch(
                f"select {_COLUMNS} from requirement order by created_at desc, id desc limit 51"
            )
        body = orjson.dumps({"items": [dict(row) for row in rows[:50]]}, default=str)
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/list", listed)], lifespan=lifespan)


if __name__ == "__main__":
    uvicorn.run(application(sys.argv[1]), port=int(sys.argv[2]), log_level="warning", access_log=False)
