"""How large a graph may be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GraphLimits:
    """Generous for people, finite for machines: past these a scenario is a mistake, or an attack."""

    tasks: int = 100_000
    edges: int = 1_000_000
    depth: int = 1_000  # tasks on the longest chain of consumers
