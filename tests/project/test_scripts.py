"""The scripts of GraphiQL that are served are those that their authors published."""

import hashlib
import re
import tarfile

import pytest
from django.contrib.staticfiles import finders

from schema.transport.graphiql import PACKAGE

from .markdown import ROOT
from .npm import npm

#: Each file that the page loads: the package on npm that it comes from, and its path there.
FILES = {
    "graphiql.min.css": ("graphiql@2.4.7", "graphiql.min.css"),
    "graphiql.min.js": ("graphiql@2.4.7", "graphiql.min.js"),
    "graphql-ws.min.js": ("graphql-ws@5.12.1", "umd/graphql-ws.min.js"),
    "react-dom.production.min.js": ("react-dom@17.0.2", "umd/react-dom.production.min.js"),
    "react.production.min.js": ("react@17.0.2", "umd/react.production.min.js"),
}


def test_the_page_loads_these_files_alone():
    page = (ROOT / "schema" / "transport" / "page" / "page.html").read_text(encoding="utf-8")

    assert sorted(re.findall(r"\{\{ files \}\}([\w.-]+)", page)) == sorted(FILES)
    assert len(re.findall(r"<(?:script src|link rel=.stylesheet)", page)) == len(FILES)


@pytest.mark.timeout(300)
def test_they_are_those_of_npm(tmp_path):
    packages = sorted({package for package, _path in FILES.values()})
    npm(tmp_path, "pack", "--silent", *packages)
    published = {}
    for package in packages:
        with tarfile.open(tmp_path / f"{package.replace('@', '-')}.tgz") as archive:
            for name, (of, path) in FILES.items():
                if of == package:
                    published[name] = digest(archive.extractfile(f"package/{path}").read())

    served = {}
    for name in FILES:
        with open(finders.find(f"{PACKAGE}/{name}"), "rb") as file:
            served[name] = digest(file.read())

    assert served == published


def digest(content):
    # The package that they are served from ends two of them with a line break.
    return hashlib.sha256(content.rstrip(b"\n")).hexdigest()
