"""Long answers in portions: a slow reader holds one of them, not a copy of the whole."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PORTION_BYTES = 262_144


class Portions:
    """Hands on no more of a body at once than the reader's connection takes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and cut its answer."""

        async def cut(message: Message) -> None:
            body = message.get("body", b"")
            while len(body) > PORTION_BYTES:
                portion, body = bytes(body[:PORTION_BYTES]), memoryview(body)[PORTION_BYTES:]
                await send({"type": message["type"], "body": portion, "more_body": True})
            await send({**message, "body": bytes(body)} if "body" in message else message)

        await self.app(scope, receive, cut if scope["type"] == "http" else send)
