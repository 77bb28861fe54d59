"""A smoke of the archive benchmark: a small generated history is imported whole; the long run is in benchmarks/."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import ota_history

from tostrack.archive import Archive
from tostrack.importers.ota import open_collection
from tostrack.models import Document
from tostrack.services.import_history import import_records


@pytest.mark.slow
@pytest.mark.skipif(
    not (ota_history.SHARED / "replay").is_dir(), reason="the shared corpus is not beside the repository"
)
def test_a_generated_history_is_imported_whole(platform, tmp_path):
    ota_history.build(tmp_path / "history.git", versions=24, documents=2, seed=1)

    with open_collection(tmp_path / "history.git") as found, platform.writer() as writer:
        done = [
            import_records(Document(*ident.split("/"), ()), found, records, writer)
            for ident, records in found.records.items()
        ]

    assert sum(each.files for each in done) == 24
    assert sum(each.versions + each.same + len(each.left_out) for each in done) == 24
    with Archive(platform.database) as archive:
        assert sum(row.versions for row in archive.documents()) == sum(each.versions for each in done) > 10
