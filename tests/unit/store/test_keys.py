"""The names of the seed document, to the letter; everything else under prefixes of its own."""

from processing_service.store.keys import KEY_KINDS, Keys, PlainKeys, scenario_of


def names(keys: Keys) -> list[str]:
    """Every key there is."""
    return [
        *(keys.task("i"), keys.scenario("i"), keys.events("i"), keys.staging("i"), keys.queue("s"), keys.pushed("s")),
        *(keys.leases("s"), keys.delayed("s"), keys.dead("s"), keys.claims("s", "w"), keys.serving("s"), keys.worker("w")),
        *(keys.idempotency("k"), keys.scenarios_index, keys.staging_index, keys.cancelling_index, keys.ended_index),
        *(keys.services_index, keys.served_index),
    ]


def test_the_seeds_names() -> None:
    """`redis-cli KEYS task:*`, `LLEN queue:text-service`, `KEYS scenario:*` show what they should."""
    keys = PlainKeys()
    assert keys.task("579a000e") == "task:579a000e"
    assert keys.scenario("57510f0b") == "scenario:57510f0b"
    assert keys.queue("text-service") == "queue:text-service"
    for prefix in ("task:", "scenario:", "queue:"):
        assert len([name for name in names(keys) if name.startswith(prefix)]) == 1


def test_every_key_has_exactly_one_birth_certificate() -> None:
    """Names are distinct, also in a namespace, and each is in the table."""
    for namespace in ("", "farm:"):
        found = names(PlainKeys(namespace))
        assert len(set(found)) == len(found) == len(KEY_KINDS)
        for name in found:
            assert name.startswith(namespace)
            plain = name.removeprefix(namespace)
            assert len([kind for kind in KEY_KINDS if plain.startswith(kind.prefix)]) == 1


def test_a_key_is_computable_from_an_id_alone() -> None:
    """A task's id begins with its scenario's."""
    assert scenario_of("iCTvUjYiyCSk.7Qm2xV4e") == "iCTvUjYiyCSk"
    assert scenario_of("plain") == "plain"
