"""The students of the class that tests make, and files that they hand in."""

import json
import os
import zipfile
from datetime import UTC, datetime

from nbgrader.utils import parse_utc

DAY = (2026, 11, 26)
STUDENTS = """\
id,first_name,last_name,email,lms_user_id
ada,Ada,Lovelace,a.lovelace@uni.example,12345
s0002,Jürgen,Müller,jm@uni.example,12346
s0003,Ana,García López,ana@uni.example,12347
17,Kim,Ø,kim17@uni.example,12348
bob,Bob,Stone,bs@uni.example,12349
bob2,Bob,Stone Jr,bsj@uni.example,12350
twin1,Sam,Same,one@uni.example,12351
twin2,Sam,Same,two@uni.example,12352
"""


def edited(data, text):
    """Return a sheet with a cell more."""
    notebook = json.loads(data)
    cell = notebook["cells"][0] | {"id": "mine", "source": [text]}
    notebook["cells"].append(cell)
    return json.dumps(notebook).encode()


def at(hour, name):
    """Return an entry of an archive as of an hour."""
    return zipfile.ZipInfo(name, (*DAY, hour, 0, 0))


def lay(folder, files, hour=12):
    """Write files, path -> content, as of an hour."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        moment = datetime(*DAY, hour).timestamp()
        os.utime(path, (moment, moment))
    return folder


def time_of(files):
    return parse_utc(files["timestamp.txt"].decode().strip()).replace(tzinfo=UTC)
