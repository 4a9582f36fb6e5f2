"""What a person can say of a datastore; declared once for cells, shell, panel and server."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from labstudio.data.stores.address import Address
from labstudio.errors import Invalid
from labstudio.options import parse
from labstudio.store.secrets import FORMS

_NAME = re.compile(r"[^\W_][\w.-]{0,99}")


class StoreOptions(BaseModel):
    """What a connection needs beside its address and its secret."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: str | None = Field(
        None, description="Address of the service where it is not the cloud's own, as http://minio:9000."
    )
    region: str | None = Field(None, description="Region of an S3 bucket.")
    key_id: str | None = Field(
        None, description="Access key id of S3; the secret is then the secret access key alone."
    )
    account: str | None = Field(None, description="Storage account of Azure, where the address has none.")
    tenant: str | None = Field(None, description="Tenant of an Azure service principal.")
    client: str | None = Field(
        None, description="Client id of an Azure service principal; the secret is then the client's."
    )
    project: str | None = Field(None, description="Project of Google Cloud.")
    anonymous: bool = Field(False, description="Ask an object store without any credentials.")
    driver: str | None = Field(
        None, description="ODBC driver of SQL Server; ODBC Driver 18 for SQL Server when not given."
    )
    http_path: str | None = Field(None, description="HTTP path of a Databricks SQL warehouse or cluster.")
    timeout: int = Field(10, ge=1, le=600, description="Seconds to wait for a connection.")

    @field_validator("endpoint")
    @classmethod
    def _plain_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^/@?#\s]+(/[^@?#\s]*)?", value):
            raise ValueError("give an address such as https://host:9000, without name and password")
        return value


class NewDatastore(StoreOptions):
    """Where a team keeps data, and where the secret to it is found."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "first": ["name", "url", "secret", "description"],
            "groups": {
                "Object stores": ["endpoint", "region", "key_id", "account", "tenant", "client", "project",
                                  "anonymous"],
                "Databases": ["driver", "http_path"],
            },
        },
    )  # fmt: skip

    name: str = Field(min_length=1, description="Name of the datastore, such as lake.")
    url: str = Field(
        min_length=1, description="Address, as s3://bucket/folder; a password has no place in it."
    )
    secret: str | None = Field(
        None, description=f"Where the secret is found: {FORMS}; never the secret itself."
    )
    description: str = Field("", max_length=10_000, description="What is in it, who to ask.")

    @field_validator("url", "secret", mode="before")
    @classmethod
    def _said_without_repeating(cls, value: object) -> object:
        if value is not None and not isinstance(value, str):
            raise ValueError("give text")  # the usual sentence would repeat what may be a secret
        return value


_MEANT = {
    "endpoint": ("s3", "abfs", "gs"),
    "region": ("s3",),
    "key_id": ("s3",),
    "account": ("abfs",),
    "tenant": ("abfs",),
    "client": ("abfs",),
    "project": ("gs",),
    "anonymous": ("s3", "abfs", "gs"),
    "driver": ("mssql",),
    "http_path": ("databricks",),
}


def options(told: dict[str, Any], where: Address) -> StoreOptions:
    """Read the options of a datastore; what means nothing for its kind is refused."""
    found = parse(StoreOptions, {name: value for name, value in told.items() if value is not None})
    for name in found.model_dump(exclude_defaults=True):
        if name in _MEANT and where.scheme not in _MEANT[name]:
            schemes = " and ".join(f"{scheme}://" for scheme in _MEANT[name])
            raise Invalid(f"{name} means nothing for {where.scheme}://; it is for {schemes}.")
    if where.scheme == "databricks" and not found.http_path:
        raise Invalid("Databricks is told by host and http_path, as its page Connection details shows it.")
    return found


def store_name(name: str) -> str:
    """Return the name of a datastore as it is kept; one that cannot be a name is refused."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"{name[:120]!r} cannot be the name of a datastore; use up to 100 letters, digits, '.', '_' and "
            "'-', beginning with a letter or digit."
        )
    return name
