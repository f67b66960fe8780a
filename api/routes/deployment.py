"""What is served here."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.answers import json_answer
from api.deps.common import ReadSession, ServedReading
from api.schemas.common import problems
from api.schemas.deployment import DeploymentAnswer
from gis.grids import find_generation
from gis.profiles import Profile, Workflow

router = APIRouter(prefix="/api/v1/deployment", tags=["deployment"])


@router.get("", response_model=DeploymentAnswer, responses=problems())
def get_deployment(session: ReadSession, served: ServedReading) -> Response:
    """Return all that a page needs to know of this deployment."""
    newest = find_generation(session)
    profile = served.profile
    return json_answer(
        {
            "profile": profile.name,
            "title_zh": profile.title_zh,
            "title_en": profile.title_en,
            "root": profile.root.model_dump(),
            "is_schematic": served.deployment.is_schematic,
            "generation": newest.generation if newest else None,
            "effective_from": newest.effective_from if newest else None,
            "published_at": newest.published_at if newest else None,
            "bounds": profile.bounds,
            **_vocabulary(profile),
        }
    )


def _vocabulary(profile: Profile) -> dict[str, Any]:
    """Return the slugs and codes that answers use, with their names."""
    return {
        "levels": [
            _labelled(level.slug, level) | {"depth": depth, "is_admin": level.admin}
            for depth, level in enumerate(profile.levels)
        ],
        "kinds": [_labelled(slug, kind) for slug, kind in profile.kinds.items()],
        "roles": [_labelled(role.slug, role) for role in profile.roles],
        "classes": [
            {
                "code": cls.code,
                "name_zh": cls.name_zh,
                "name_en": cls.name_en,
                "categories": [
                    item.model_dump(include={"code", "name_zh", "name_en", "level"})
                    for item in cls.items
                ],
            }
            for cls in profile.catalogue.classes
        ],
        "event_levels": [
            {"level": level.number, "name_zh": level.name_zh, "name_en": level.name_en}
            for level in profile.catalogue.levels
        ],
        "channels": [_labelled(channel.slug, channel) for channel in profile.catalogue.channels],
        "workflows": [_workflow(workflow) for workflow in profile.workflows],
        "kpis": [_labelled(kpi.slug, kpi) | {"target": kpi.target} for kpi in profile.kpis],
    }


def _workflow(workflow: Workflow) -> dict[str, Any]:
    steps = [
        _labelled(step.slug, step) | {"phase": step.phase, "is_closed": workflow.closes(step.slug)}
        for step in workflow.steps
    ]
    return _labelled(workflow.slug, workflow) | {"categories": workflow.categories, "steps": steps}


def _labelled(slug: str, label: Any) -> dict[str, Any]:
    return {"slug": slug, "name_zh": label.name_zh, "name_en": label.name_en}
