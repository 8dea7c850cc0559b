"""The tables of a scenario.toml and what may stand in them."""

from spark.scenario.tables.choose import ChooseTable
from spark.scenario.tables.faults import none_of, table_faults
from spark.scenario.tables.interventions import INTERVENTION_TABLES, TermsTable
from spark.scenario.tables.network import NetworkTable, RunTable
from spark.scenario.tables.scenario import PlanTable, ScenarioTable

__all__ = [
    "INTERVENTION_TABLES",
    "ChooseTable",
    "NetworkTable",
    "PlanTable",
    "RunTable",
    "ScenarioTable",
    "TermsTable",
    "none_of",
    "table_faults",
]
