"""Official products: which columns they have, so that a profile need not name them."""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from geo.errors import NotFoundError, SourceError
from geo.ground.kinds import Kind
from services.words.datafiles import data_file


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LeaveOut(_Table):
    """Rows that are no areas where anybody could live."""

    column: str
    values: list[str]


class ProductEdition(_Table):
    """The columns of one edition of a product."""

    title: str
    has: list[str]
    lacks: list[str] = Field(default_factory=list)
    name: list[str]
    id: list[str] = Field(default_factory=list)
    kind: list[str] = Field(default_factory=list)
    address: list[str] = Field(default_factory=list)
    code: str = ""
    leave_out: LeaveOut | None = None
    ground: Kind | Literal[""] = ""
    """What of the ground its rows are where ``Product.ground`` does not name their kind."""

    def fits(self, columns: set[str]) -> bool:
        """Say whether a file with these columns is of this edition."""
        return columns.issuperset(self.has) and columns.isdisjoint(self.lacks)


class Product(_Table):
    """One official product."""

    id: str
    title: str
    geometry: Literal["polygon", "point", "line"]
    page: str
    sure: bool
    """Whether the names of the attributes were confirmed by several readers of the files."""
    editions: list[ProductEdition]
    kinds: dict[str, str] = Field(default_factory=dict)
    """Code → kind of venue."""
    ground: dict[str, Kind | Literal[""]] = Field(default_factory=dict)
    """Code of the kind → what of the ground it is; empty where no map shows it."""
    nameless: list[str] = Field(default_factory=list)
    """Words that stand where a name is not known."""
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Column → code → what it means, for areas of danger."""

    @property
    def has_ground(self) -> bool:
        """Return whether it says what lies beside the streets."""
        return any(edition.ground for edition in self.editions)

    def edition(self, columns: Iterable[object], *, path: Path) -> ProductEdition:
        """Return the edition that a file's columns tell."""
        there = {str(column) for column in columns}
        for edition in self.editions:
            if edition.fits(there):
                return edition
        listing = ", ".join(sorted(there - {"geometry"}))
        raise SourceError(
            "its columns ({listing}) are of no known edition of {id} {title}; name the "
            "columns in the profile instead of product",
            path=path,
            listing=listing,
            id=self.id,
            title=self.title,
        )


class Products(_Table):
    """All products that arukeba knows."""

    products: list[Product]

    @model_validator(mode="after")
    def _unique(self) -> Self:
        ids = [product.id for product in self.products]
        if len(set(ids)) != len(ids):
            msg = "a product id is used twice"
            raise ValueError(msg)
        return self


@cache
def products() -> dict[str, Product]:
    """Return the products by id."""
    text = data_file("boundaries/products.toml").read_text(encoding="utf-8")
    return {
        product.id: product for product in Products.model_validate(tomllib.loads(text)).products
    }


def product(product_id: str) -> Product:
    """Return the product with this id."""
    known = products()
    if product_id not in known:
        names = ", ".join(known)
        raise NotFoundError(
            "there is no product {product_id!r}; the products are {names}",
            product_id=product_id,
            names=names,
        )
    return known[product_id]
