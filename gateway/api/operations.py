"""What is installed and set up: connectors, destinations, law packs."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request

from connectors.discovery import discover
from gateway.api.auth import LOOK
from gateway.api.front import front_of
from gateway.api.routes import problems, resource
from gateway.api.schemas.system import Connectors, Destinations, Policies
from gateway.desk.office import Actor
from gateway.enrichment import install

router = resource("operations", "/v1")

Looker = Annotated[Actor, Depends(LOOK)]


@router.get("/connectors", response_model=Connectors, responses=problems(503))
async def list_connectors(request: Request, _actor: Looker) -> Mapping[str, Any]:
    """List the installed connectors: what each sends and provides, its source in law, whether it is set up."""
    settings = front_of(request).gateway.settings
    found = discover(settings.connectors_folder)
    ready = install(found, settings.connectors)
    return {
        "items": [
            {
                "id": name,
                "version": plugin.manifest.version,
                "kind": plugin.manifest.kind,
                "subject": plugin.manifest.subject,
                "configured": name in ready,
                "transfer": ready[name].transfer if name in ready else None,
                "sends": list(plugin.manifest.sends),
                "provides": list(plugin.manifest.provides),
                "hosts": list(plugin.manifest.hosts),
                "compliance": plugin.manifest.compliance.model_dump(mode="json"),
            }
            for name, plugin in sorted(found.items())
        ]
    }


@router.get("/destinations", response_model=Destinations, responses=problems(503))
async def list_destinations(request: Request, _actor: Looker) -> Mapping[str, Any]:
    """List the destinations as they stand; addresses and secrets stay sealed."""
    return {"items": await front_of(request).gateway.desks.destinations.list()}


@router.get("/policies", response_model=Policies, responses=problems(503))
async def list_policies(request: Request, _actor: Looker) -> Mapping[str, Any]:
    """List the law packs with their rules, and which permits are accepted."""
    return {"items": await front_of(request).gateway.desks.policies.list()}
