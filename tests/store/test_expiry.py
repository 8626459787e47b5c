"""Retention: every key of a scenario ends together, seven days after the scenario; a live one never does."""

from tests.store.farm import Farm


async def test_a_live_scenario_has_no_expiry(farm: Farm) -> None:
    """However often it is swept."""
    scenario = await farm.submit({"a": ["b"], "b": []})
    await farm.report(f"{scenario}.a", "success")
    await farm.sweep()
    for key in (farm.keys.scenario(scenario), farm.keys.task(f"{scenario}.a"), farm.keys.events(scenario)):
        assert await farm.redis.pttl(key) == -1


async def test_all_keys_of_an_ended_scenario_expire_at_the_same_moment(farm: Farm) -> None:
    """Scenario, tasks and history: a partial expiry would leave half a scenario."""
    names = [f"n{i}" for i in range(5)]
    scenario = await farm.submit({name: [] for name in names})
    for name in names:
        await farm.report(f"{scenario}.{name}", "success")
    assert (await farm.sweep()).expired == 1
    keys = [farm.keys.scenario(scenario), farm.keys.events(scenario), *[farm.keys.task(f"{scenario}.{n}") for n in names]]
    seconds, micros = await farm.redis.time()
    expected = farm.clock.ms + 604_800_000 - (seconds * 1000 + micros // 1000)
    for key in keys:
        assert abs(await farm.redis.pttl(key) - expected) < 5_000
    assert await farm.index(farm.keys.ended_index) == {}
    assert (await farm.sweep()).expired == 0


async def test_what_expired_leaves_the_list_of_scenarios(farm: Farm) -> None:
    """The index heals."""
    scenario = await farm.submit({"a": []})
    await farm.redis.delete(farm.keys.scenario(scenario), farm.keys.task(f"{scenario}.a"), farm.keys.events(scenario))
    await farm.sweep()
    assert await farm.scenarios.page(10, None) == []
