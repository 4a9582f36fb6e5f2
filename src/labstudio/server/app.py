"""The server extension: configuration, the studio it opens, and where its handlers stand."""

from __future__ import annotations

import os
from pathlib import Path

from jupyter_server.extension.application import ExtensionApp
from jupyter_server.utils import url_path_join
from traitlets import Int, Unicode

from labstudio.server.changes import Changes, Revisions
from labstudio.server.handlers import Unknown, urls
from labstudio.server.openapi import PREFIX
from labstudio.server.studio import Studio
from labstudio.workspace import FILES_VARIABLE, VARIABLE, find


class Labstudio(ExtensionApp):
    """Labstudio, a machine-learning studio inside JupyterLab."""

    name = "labstudio"
    extension_url = "/labstudio"
    load_other_extensions = True

    workspace = Unicode(
        "",
        help="""Folder of the workspace, or a postgresql:// URL. When empty: the variable LABSTUDIO_WORKSPACE,
        else the nearest .labstudio upwards from the server's folder, else a new one there.""",
    ).tag(config=True)
    files = Unicode(
        "",
        help="""Where bytes are kept, as a folder or an fsspec URL; with PostgreSQL it has to be given. When
        empty: the variable LABSTUDIO_FILES, else in the workspace's folder.""",
    ).tag(config=True)
    largest_upload = Int(100 * 2**30, min=1, help="Bytes that one uploaded file may have.").tag(config=True)
    direct_import = Int(
        64 * 2**20, min=0, help="A file of so many bytes is imported at once; a larger one by a job."
    ).tag(config=True)

    def initialize_settings(self) -> None:
        """Make the studio, which opens the workspace when first asked, and tell the kernels where it is."""
        folder = Path(self.serverapp.root_dir if self.serverapp else ".").expanduser()
        where = self.workspace or os.environ.get(VARIABLE) or _nearest(folder)
        found = find(where)
        files = self.files or os.environ.get(FILES_VARIABLE, "")
        self.studio = Studio(
            where,
            folder,
            files=files or None,
            largest_upload=self.largest_upload,
            direct_import=self.direct_import,
        )
        os.environ |= {VARIABLE: str(found), FILES_VARIABLE: files}  # kernels inherit them
        self.settings["labstudio"] = self.studio
        self.studio.warm()
        self.log.info("Labstudio's workspace is %s", _without_password(str(found)))

    def initialize_handlers(self) -> None:
        """Serve the routes."""
        base = "/"  # the server puts its own base URL before it
        self.handlers.extend(urls(base, self.studio))
        changes = url_path_join(base, PREFIX, "changes")
        self.handlers.append((changes, Changes, {"revisions": Revisions(self.studio)}))
        self.handlers.append((url_path_join(base, PREFIX, ".*"), Unknown, {"studio": self.studio}))

    async def stop_extension(self) -> None:
        """End what was started; jobs go on."""
        self.studio.close()


def _nearest(folder: Path) -> Path:
    """The nearest workspace upwards from the folder that the server shows."""
    inside = [place for place in (folder, *folder.parents) if (place / ".labstudio").is_dir()]
    return inside[0] if inside else folder


def _without_password(where: str) -> str:
    head, at, tail = where.rpartition("@")
    return f"{head.partition('://')[0]}://…@{tail}" if at and "://" in head else where
