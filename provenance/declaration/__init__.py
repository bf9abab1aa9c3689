"""The declaration: what a vendor states about an upload – its ingredients, its operations, and who is depicted.

`parse` reads it and refuses what it does not understand; `check_against` and `check_placements` hold it against the
measured files. Whether what is declared may be done is asked of `consent/`; how much it is, of `extent.py`.
"""

from provenance.declaration.faults import MAX_REGIONS
from provenance.declaration.file import check_against
from provenance.declaration.placements import check_placements
from provenance.declaration.reading import look_through, parse, remembered
from provenance.declaration.statements import (
    PORTRAYED_ROLES,
    AuthorshipStatement,
    Contributor,
    Declaration,
    DepictionStatement,
    EvidenceInput,
    EvidenceStatement,
    IngredientStatement,
    IntendedRelease,
    Languages,
    Model,
    OperationStatement,
    Tool,
    TrainingData,
)
from provenance.declaration.values import placement_of, placement_told, regions_of, regions_told

__all__ = [
    "MAX_REGIONS", "PORTRAYED_ROLES", "AuthorshipStatement", "Contributor", "Declaration", "DepictionStatement",
    "EvidenceInput", "EvidenceStatement", "IngredientStatement", "IntendedRelease", "Languages", "Model",
    "OperationStatement", "Tool", "TrainingData", "check_against", "check_placements",
    "look_through", "parse", "placement_of", "placement_told", "regions_of", "regions_told",
    "remembered",
]  # fmt: skip
