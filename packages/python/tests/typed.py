"""Checked, never run: what the types allow, and what they refuse."""

from datetime import datetime, timedelta

import fauxidp


def allowed(fauxidp_world: fauxidp.World) -> None:
    with fauxidp.start(people=10, set={"monocloud.era": "current"}) as server, server.world() as world:
        rule: fauxidp.Rule = world.fault("503;first=1", vendor="zitadel", operation="deactivate_user", ttl_ms=1000)
        world.verify(at_least=1, at_most=2, status="4xx")
        report: str = world.report("warning")
        user: "str | None" = world.requests(operation="disable_user")[0].user
        tomorrow: datetime = world.clock.advance(timedelta(days=1))
        same_site = world.fork().sign_in("monocloud", "monocloud-web", "user-active").cookies[0]["sameSite"]
        print(rule.fired, report, user, tomorrow, same_site, world.zitadel.url, fauxidp_world.endpoints["jitsudo"].credential)


def refused(world: fauxidp.World) -> None:
    world.fault("503", vendor="okta")  # type: ignore[arg-type]
    world.fault("503", status=503)  # type: ignore[call-arg]
    world.verify(opration="disable_user")  # type: ignore[call-arg]
    world.verify("1")  # type: ignore[arg-type]
    world.report("fatal")  # type: ignore[arg-type]
