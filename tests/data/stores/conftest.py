"""Real places to keep data, each started once on loopback and filled once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from databases import mariadb, postgresql
from lakes import ACCOUNT, ACCOUNT_KEY, PASSWORD, azurite, google, moto, s3_files

from labstudio import Workspace

CSV = b"id;price\n1;9,5\n2;3\n"
SHOP = """
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE orders (id integer PRIMARY KEY, price numeric(10, 2), paid boolean, city text, day date,
    at timestamptz, code uuid, more jsonb, tags text[], mood mood, "Odd ""name" real);
INSERT INTO orders SELECT i, i * 1.25, i % 3 = 0, CASE WHEN i % 5 > 0 THEN 'City ' || i END,
    date '2026-01-01' + i, timestamptz '2026-01-01 12:00+00' + i * interval '1 hour', md5(i::text)::uuid,
    jsonb_build_object('i', i), ARRAY['a', i::text], 'good', i / 4.0 FROM generate_series(1, 1000) AS i;
CREATE SCHEMA audit;
CREATE TABLE audit.log (id integer);
CREATE VIEW cheap AS SELECT * FROM orders WHERE price < 10;
"""

MYSQL_SHOP = """
CREATE TABLE orders (id BIGINT UNSIGNED PRIMARY KEY, price DECIMAL(10, 2), day DATE, at DATETIME(6),
    paid BOOLEAN, city VARCHAR(50), raw VARBINARY(20), more JSON, took TIME, `Odd ``name` FLOAT);
INSERT INTO orders SELECT seq, seq * 1.25, DATE '2026-01-01' + INTERVAL seq DAY,
    TIMESTAMP '2026-01-01 12:00:00.25' + INTERVAL seq HOUR, seq % 3 = 0,
    IF(seq % 5 > 0, CONCAT('Zürich 🎈 ', seq), NULL), UNHEX(CONCAT('00FF', LPAD(HEX(seq), 4, '0'))),
    JSON_OBJECT('i', seq), SEC_TO_TIME(seq), seq / 4 FROM seq_1_to_1000;
INSERT INTO orders (id) VALUES (18446744073709551615);
CREATE VIEW cheap AS SELECT * FROM orders WHERE price < 10;
"""


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    """An empty workspace."""
    ws = Workspace(tmp_path / "ws")
    yield ws
    ws.store.close()


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files that each kind of store holds."""
    parquet = tmp_path_factory.mktemp("files") / "cities.parquet"
    frame = pd.DataFrame({"id": range(1_000), "city": [f"City {i % 9}" for i in range(1_000)]})
    frame.to_parquet(parquet, index=False)
    return {
        "root/sales/2026/orders.csv": CSV,
        "root/sales/cities.parquet": parquet.read_bytes(),
        "root/readme.txt": b"name\nhello\n",
        "secret.csv": b"a\n1\n",
    }


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> Iterator[str]:
    """Endpoint of an S3 server with a bucket called lake."""
    with moto(tmp_path_factory.mktemp("s3")) as endpoint:
        owned = s3_files(endpoint)
        owned.mkdir("lake")
        owned.pipe({f"lake/{path}": content for path, content in files.items()})
        yield endpoint


@pytest.fixture(scope="session")
def azure(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> Iterator[str]:
    """Endpoint of an Azure storage account with a container called lake."""
    from azure.storage.blob import BlobServiceClient

    with azurite(tmp_path_factory.mktemp("azure")) as endpoint:
        owned = BlobServiceClient(endpoint, credential={"account_name": ACCOUNT, "account_key": ACCOUNT_KEY})
        container = owned.create_container("lake")
        for path, content in files.items():
            container.upload_blob(path, content)
        yield endpoint


@pytest.fixture(scope="session")
def gcs(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> Iterator[str]:
    """Endpoint of a Google Cloud Storage with a bucket called lake."""
    import gcsfs

    with google(tmp_path_factory.mktemp("gcs")) as endpoint:
        owned = gcsfs.core.GCSFileSystem(token="anon", endpoint_url=endpoint, skip_instance_cache=True)
        for path, content in files.items():
            owned.pipe_file(f"lake/{path}", content)
        yield endpoint


@pytest.fixture(scope="session")
def shop() -> Iterator[str]:
    """Address of a PostgreSQL with a table of orders; its password is not in it."""
    if os.environ.get("POSTGRES") == "0":
        pytest.skip("switched off by POSTGRES=0")
    import psycopg

    with postgresql(PASSWORD) as address:
        with psycopg.connect(address, password=PASSWORD) as connection:
            connection.execute(SHOP)
        yield address


@pytest.fixture(scope="session")
def mysql_shop() -> Iterator[str]:
    """Address of a MariaDB with a table of orders; its password is not in it."""
    import pymysql

    with mariadb(PASSWORD) as (address, socket):
        with pymysql.connect(unix_socket=str(socket), user="root", database="shop", autocommit=True) as owned:
            for statement in MYSQL_SHOP.strip().rstrip(";").split(";"):
                owned.cursor().execute(statement)
        yield address
