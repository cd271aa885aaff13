"""How each face knows who calls: API keys and sessions here, tickets' tokens there."""

from collections.abc import Mapping

from models.actors import Actor, ActorKind
from models.errors import Unauthenticated
from realtime.cookies import session_secret
from realtime.handshake import origin_is_ours, own_origins
from resolvers import keys, sessions, tokens

SIGN_IN = "Please sign in, or send an API key as `Authorization: Bearer …`."
BEARER_MISSING = "Please send the token of your ticket as `Authorization: Bearer …`."


class Members:
    """Members in a browser, by their session's cookie, and programs, by an API key."""

    async def actor(self, headers: Mapping[str, str], params: Mapping[str, object]) -> Actor:
        """Return who calls. A cookie counts only where the page is one of ours."""
        if (key := _bearer(headers, params)) is not None:
            return await keys.authenticate(key)
        secret = session_secret(headers.get("cookie"))
        if secret is None or not _is_ours(headers):
            raise Unauthenticated(SIGN_IN)
        return await sessions.authenticate(secret)

    async def renewed(self, actor: Actor) -> Actor:
        """Return what the key or session stands for by now."""
        renew = keys.renewed if actor.kind is ActorKind.API_KEY else sessions.renewed
        return await renew(actor)


class Customers:
    """Customers, by the token of their ticket."""

    async def actor(self, headers: Mapping[str, str], params: Mapping[str, object]) -> Actor:
        """Return who calls."""
        token = _bearer(headers, params)
        if token is None:
            raise Unauthenticated(BEARER_MISSING)
        return await tokens.authenticate(token)

    async def renewed(self, actor: Actor) -> Actor:
        """Return what the token stands for by now."""
        return await tokens.renewed(actor)


def _bearer(headers: Mapping[str, str], params: Mapping[str, object]) -> str | None:
    """Return the secret of `Authorization: Bearer …`, from the params of a socket or the headers."""
    given = params.get("Authorization", params.get("authorization"))
    text = headers.get("authorization") if given is None else given
    if text is None:
        return None
    scheme, _, secret = text.partition(" ") if isinstance(text, str) else ("", "", "")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated(SIGN_IN)
    return secret.strip()


def _is_ours(headers: Mapping[str, str]) -> bool:
    is_foreign = headers.get("sec-fetch-site") in ("cross-site", "same-site")
    return origin_is_ours(headers, own_origins()) and not (is_foreign and "origin" not in headers)
