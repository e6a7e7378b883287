# SPDX-License-Identifier: Apache-2.0
"""A database as the first version of the schema left it, with the rows of one that is there: the tables are made by the text
of the program's own first step."""
import os
import pathlib
import re
import sqlite3


def first_step():
    source = pathlib.Path(os.environ["SRCDIR"], "bridge/store/schema.c").read_text(encoding="utf-8")
    body = re.search(r"STEP_JOURNAL\[\] =(.*?);\n\n", source, re.S).group(1)
    text = "".join(re.findall(r'"([^"]*)"', re.sub(r"/\*.*?\*/", "", body, flags=re.S)))
    return text.replace("{{id}}", "INTEGER PRIMARY KEY AUTOINCREMENT").replace("{{blob}}", "BLOB")


def columns(database, table):
    return [row[1] for row in database.execute(f"PRAGMA table_info({table})")]


def copy_rows(old, new, table):
    names = [name for name in columns(old, table) if name in columns(new, table)]
    wanted = ", ".join(names)
    marks = ", ".join("?" * len(names))
    old.executemany(f"INSERT INTO {table} ({wanted}) VALUES ({marks})", new.execute(f"SELECT {wanted} FROM {table}"))


def make_old(path):
    """The database at `path`, which nobody has open, becomes an old one."""
    new = sqlite3.connect(path)
    new.execute("PRAGMA journal_mode=DELETE")
    aside = f"{path}.old"
    old = sqlite3.connect(aside)
    old.executescript(first_step() + "CREATE TABLE meta (name TEXT PRIMARY KEY, value BIGINT NOT NULL);"
                      "INSERT INTO meta VALUES ('schema_version', 1);")
    for table in ("entry", "intent", "worklog", "request"):
        copy_rows(old, new, table)
    old.commit()
    old.close()
    new.close()
    os.chmod(aside, 0o600)
    os.replace(aside, path)


def shape(path):
    """What tables and indexes there are."""
    database = sqlite3.connect(path)
    try:
        return sorted(database.execute("SELECT type, name, sql FROM sqlite_master"))
    finally:
        database.close()


def is_sound(path):
    database = sqlite3.connect(path)
    try:
        return [row[0] for row in database.execute("PRAGMA integrity_check")] == ["ok"]
    finally:
        database.close()
