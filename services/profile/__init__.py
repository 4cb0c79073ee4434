"""The municipality profile: one TOML file that says all that differs between municipalities."""

from services.profile.analysis import Analysis, WalkingProfile
from services.profile.base import (
    Identifier,
    Table,
)
from services.profile.buildings import Buildings
from services.profile.counts import ActivityCounts
from services.profile.distribution import Distribution
from services.profile.facts import (
    Basis,
    Document,
    Fact,
    conflicts,
    unexplained_rate,
)
from services.profile.indicators import Indicator
from services.profile.milestones import Milestone, MilestoneName, MilestoneTable
from services.profile.origins import methods
from services.profile.places import (
    Filter,
    KindRule,
    Places,
    Stops,
    Venues,
)
from services.profile.planning import (
    CouncilList,
    Hazards,
    Planning,
    VenueFields,
)
from services.profile.provision import Provision
from services.profile.reading import (
    read_profile,
)
from services.profile.schema import (
    PROFILE_VERSION,
    Elevation,
    FrequencyRules,
    Layer,
    Municipality,
    Population,
    PopulationSeries,
    Privacy,
    Profile,
    Qualification,
    RateEstimate,
    RuleSet,
    Sheets,
    Source,
    Streets,
    Subsidies,
    Target,
)
from services.profile.structure import (
    Council,
    CouncilTable,
    Ownership,
    Union,
    UnionArea,
    Units,
)
from services.profile.versions import (
    has_borders,
    layers_on,
    on_day,
    without_borders,
)

__all__ = [
    "PROFILE_VERSION",
    "ActivityCounts",
    "Analysis",
    "Basis",
    "Buildings",
    "Council",
    "CouncilList",
    "CouncilTable",
    "Distribution",
    "Document",
    "Elevation",
    "Fact",
    "Filter",
    "FrequencyRules",
    "Hazards",
    "Identifier",
    "Indicator",
    "KindRule",
    "Layer",
    "Milestone",
    "MilestoneName",
    "MilestoneTable",
    "Municipality",
    "Ownership",
    "Places",
    "Planning",
    "Population",
    "PopulationSeries",
    "Privacy",
    "Profile",
    "Provision",
    "Qualification",
    "RateEstimate",
    "RuleSet",
    "Sheets",
    "Source",
    "Stops",
    "Streets",
    "Subsidies",
    "Table",
    "Target",
    "Union",
    "UnionArea",
    "Units",
    "VenueFields",
    "Venues",
    "WalkingProfile",
    "conflicts",
    "has_borders",
    "layers_on",
    "methods",
    "on_day",
    "read_profile",
    "unexplained_rate",
    "without_borders",
]
