"""Files that only point at others: refused, so that nothing is read or fetched but what a profile names."""

from pathlib import Path

from geo.errors import SourceError

_HEAD_BYTES = 4096
_MARKS = (b"<OGRVRTDataSource", b"<VRTDataset", b"<GDAL_WMS", b"<WCS_GDAL", b"<OGRWFSDataSource")


def refuse_virtual(path: Path) -> None:
    """Refuse a file that sends its reader to other files or to the network."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if any(mark in head for mark in _MARKS):
        raise SourceError(
            "the file only points at other files or services; give the data itself", path=path
        )
