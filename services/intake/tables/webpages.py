"""Tables of a web page: what many systems hand out as .xls."""

from html.parser import HTMLParser

WIDEST = 1_000
"""A cell that claims more columns or rows than this is taken as one."""


def tables_of(page: str) -> list[list[list[str]]]:
    """Return the cells of each table of a page as text; a cell over several columns stands in the first."""
    reader = _Tables()
    reader.feed(page)
    reader.close()
    reader.end_table()
    return [table for table in reader.tables if any(any(row) for row in table)]


class _Tables(HTMLParser):
    """Collects rows of the outermost tables; a table inside a cell is text of that cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._depth = 0
        self._rows: list[dict[int, str]] = []
        self._taken: dict[int, int] = {}
        """Column → rows below that a cell above still covers."""
        self._column = 0
        self._cell: list[str] | None = None
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, a row or a cell."""
        if tag in ("style", "script", "head"):
            self._hidden += 1
        if tag == "table":
            self._depth += 1
        if self._depth != 1:
            return
        if tag == "tr":
            self._end_cell()
            self._rows.append({})
            self._column = 0
            self._taken = {column: left - 1 for column, left in self._taken.items() if left > 1}
        elif tag in ("td", "th"):
            self._end_cell()
            self._start_cell(dict(attrs))
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Close a cell or a table."""
        if tag in ("style", "script", "head"):
            self._hidden = max(0, self._hidden - 1)
        if tag in ("td", "th", "tr") and self._depth == 1:
            self._end_cell()
        if tag == "table":
            if self._depth == 1:
                self.end_table()
            self._depth = max(0, self._depth - 1)

    def handle_data(self, data: str) -> None:
        """Add text to the cell that is open."""
        if self._cell is not None and not self._hidden:
            self._cell.append(data)

    def end_table(self) -> None:
        """Keep the rows of the table that ends."""
        self._end_cell()
        if self._rows:
            width = max((max(row, default=-1) for row in self._rows), default=-1) + 1
            self.tables.append([[row.get(n, "") for n in range(width)] for row in self._rows])
        self._rows, self._taken, self._column = [], {}, 0

    def _start_cell(self, attrs: dict[str, str | None]) -> None:
        if not self._rows:
            self._rows.append({})
        while self._column in self._taken:
            self._column += 1
        wide, high = (_span(attrs.get(name)) for name in ("colspan", "rowspan"))
        self._rows[-1][self._column] = ""
        self._cell, self._at = [], self._column
        # A row takes one off at its own beginning.
        if high > 1:
            self._taken |= dict.fromkeys(range(self._column, self._column + wide), high)
        self._column += wide

    def _end_cell(self) -> None:
        if self._cell is not None:
            lines = "".join(self._cell).split("\n")
            self._rows[-1][self._at] = " ".join(" ".join(lines).split())
        self._cell = None


def _span(text: str | None) -> int:
    number = int(text) if text and text.strip().isascii() and text.strip().isdigit() else 1
    return number if 1 <= number <= WIDEST else 1
