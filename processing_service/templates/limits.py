"""How much a template may take: of text, of memory, of a reader's patience."""

from dataclasses import dataclass, field

from processing_service.graph.limits import GraphLimits


@dataclass(frozen=True, slots=True)
class Limits:
    """Defaults let a template of 20,000 tasks through (about 9 MB of text) and stop a bomb early. Sizes in characters."""

    graph: GraphLimits = field(default_factory=GraphLimits)
    slides: int = 50  #                  most slides a request may ask for where the template does not say
    prompt: int = 20_000  #              PROMPT, where the template does not say
    text: int = 65_536  #                any other text variable, where the template does not say; lists and maps as JSON
    variables: int = 1_000_000  #        all variables of a request together, as JSON
    source: int = 2_000_000  #           a template as written
    rendered: int = 32_000_000  #        the YAML text that rendering makes of it
    value: int = 1_000_000  #            one value, one scalar
    restored: int = 64_000_000  #        all values that were put back into longer texts
    iterations: int = 1_000_000  #       numbers that all calls of range() in one expansion may give
    value_depth: int = 8  #              lists and maps inside a variable
    yaml_depth: int = 64
