"""``gridmap check``: prove the promises on the database."""

from __future__ import annotations

from pathlib import Path

import click

from gis.boundaries.checking import Finding, check_database
from gis.boundaries.defects import write_features
from gis.cli.database import working_engine
from gis.cli.failures import explained_failures
from gis.cli.progress import show_progress
from gis.core.errors import Invalid
from gis.db.session import read_session
from gis.divisions.deployment import get_deployment
from gis.divisions.shapes import CODE_LENGTH, padded_code
from gis.profiles import load_profile
from gis.settings import Settings

SHOWN = 10


@click.command()
@click.option("--division", metavar="CODE", help="只检查该区划 Only this division and below.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="报告 Where the faults go, as GeoJSON.",
)
def check(division: str | None, report: Path | None) -> None:
    """检查数据库 Prove tiling, nesting, filing and head rules on the database."""
    settings = Settings()
    code = _padded(division)
    with (
        explained_failures(),
        working_engine(settings) as engine,
        show_progress() as progress,
        read_session(engine) as session,
    ):
        profile = load_profile(get_deployment(session).profile, settings.profiles_dir)
        findings = check_database(session, profile, division=code, progress=progress)
    for finding in findings:
        _tell(finding)
    if report is not None:
        _save(findings, report)
    if any(finding.faults for finding in findings):
        raise click.exceptions.Exit(1)


def _padded(division: str | None) -> str | None:
    if division is None:
        return None
    if not (division.isascii() and division.isdecimal() and len(division) <= CODE_LENGTH):
        raise Invalid(
            f"--division {division}: a code has up to 12 digits",
            zh=f"--division {division}：区划代码最多 12 位数字",
        )
    return padded_code(division)


def _tell(finding: Finding) -> None:
    mark = "✗" if finding.faults else "✓"
    click.echo(f"{mark} {finding.zh}：检查 {finding.examined}，问题 {len(finding.faults)}")
    click.echo(f"  {finding.en}: {finding.examined} examined, {len(finding.faults)} faults")
    for fault in finding.faults[:SHOWN]:
        click.echo(f"    {fault.detail_zh}\n    {fault.detail}")
    if len(finding.faults) > SHOWN:
        click.echo(f"    …另有 {len(finding.faults) - SHOWN} 处 more")


def _save(findings: list[Finding], report: Path) -> None:
    features = [
        (
            fault.geometry,
            {
                "rule": finding.slug,
                "subject": fault.subject,
                "detail": fault.detail,
                "detail_zh": fault.detail_zh,
            },
        )
        for finding in findings
        for fault in finding.faults
    ]
    write_features(features, report)
    click.echo(f"报告 report: {report}")
