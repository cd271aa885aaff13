"""/graphiql: the GraphQL playground, from files of this checkout only. Mounted in development."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from web.pages import page
from web.security import policy

WIDGET = Path(__file__).parent.parent / "widget"
FILES = {
    "graphiql.css": "node_modules/graphiql/graphiql.min.css",
    "start.css": "graphiql/start.css",
    "react.js": "node_modules/react/umd/react.production.min.js",
    "react-dom.js": "node_modules/react-dom/umd/react-dom.production.min.js",
    "graphql-ws.js": "node_modules/graphql-ws/umd/graphql-ws.min.js",
    "graphiql.js": "node_modules/graphiql/graphiql.min.js",
    "start.js": "graphiql/start.js",
}
POLICY = policy(
    style_src="'self' 'unsafe-inline'",  # its editor writes styles into the page
    font_src="'self' data:",
    img_src="'self' data:",
)
UNBUILT = (
    "<main><h1>GraphiQL is not built yet</h1>"
    "<p>Run <code>make widget</code> in the checkout, then load this page again.</p></main>"
)


def graphiql_routes(widget: Path = WIDGET) -> list[Route]:
    """Return the routes of the page and of its files, which lie in the widget folder."""

    async def show(request: Request) -> Response:
        is_built = all((widget / path).is_file() for path in FILES.values())
        if not is_built:
            return HTMLResponse(page("GraphiQL", UNBUILT), 503)
        return HTMLResponse(_playground(), headers={"content-security-policy": POLICY})

    async def serve(request: Request) -> Response:
        path = FILES.get(request.path_params["name"])
        if path is None or not (widget / path).is_file():
            raise HTTPException(404)
        return FileResponse(widget / path, headers={"cache-control": "no-cache"})

    return [Route("/graphiql", show), Route("/graphiql/{name}", serve)]


def _playground() -> str:
    styles = tuple(f"/graphiql/{name}" for name in FILES if name.endswith(".css"))
    scripts = [f'<script src="/graphiql/{name}"></script>' for name in FILES if name.endswith(".js")]
    return page("GraphiQL", "\n".join(['<div id="graphiql"></div>', *scripts]), stylesheets=styles)
