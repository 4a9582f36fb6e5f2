"""Data assets as wholes: what is said of them, put away and taken up, whether they are whole, up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labstudio.server import answers as a
from labstudio.server import told as t
from labstudio.server.calls.data import said

if TYPE_CHECKING:
    from labstudio.server.studio import Studio


def describe(studio: Studio, told: t.About, ref: str) -> a.Said:
    """Change what is said of a data asset; what is not given stays."""
    about = studio.workspace.data.describe(
        ref, description=told.description, tags=told.tags, owner=told.owner
    )
    return a.Said(ok=True, sentence=f"What is said of {about.name} is kept.")


def archive(studio: Studio, told: t.Nothing, ref: str) -> a.Said:
    """Put a data asset away; nothing is lost."""
    return a.Said(ok=True, sentence=f"{studio.workspace.data.archive(ref).name} is put away.")


def restore(studio: Studio, told: t.Nothing, ref: str) -> a.Said:
    """Take a data asset up again."""
    return a.Said(ok=True, sentence=f"{studio.workspace.data.restore(ref).name} is back.")


def delete(studio: Studio, told: t.Nothing, ref: str) -> a.Said:
    """Delete a version that nothing was made of, for good."""
    ref = studio.workspace.data.get(ref).ref
    studio.workspace.data.delete(ref)
    return a.Said(ok=True, sentence=f"{ref} is deleted.")


def verify(studio: Studio, told: t.Nothing, ref: str) -> a.Said:
    """Hash the stored bytes of a version again."""
    damages = studio.workspace.data.verify(ref)
    sentence = " ".join(one.sentence for one in damages) or "Every stored byte is as it was."
    return a.Said(ok=not damages, sentence=sentence)


def refresh(studio: Studio, told: t.Nothing, ref: str) -> a.Added:
    """Read the source of a data asset again; what has changed is a new version."""
    workspace = studio.workspace
    version = workspace.data.get(ref)
    if version.size > studio.direct_import:
        job = workspace.jobs.start("data.refresh", f"refresh {version.name}", {"name": version.name})
        return a.Added(asset=None, existed=False, job=job.id)
    found = workspace.data.refresh(version.name)
    return a.Added(asset=said(found, workspace.data.about(found.name)), existed=found.existed, job=None)
