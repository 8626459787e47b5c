"""processing -> pending: a worker that shuts down hands its task back."""

from tests.store.farm import SERVICE, Farm


async def test_a_returned_task_is_at_the_head_at_once(farm: Farm) -> None:
    """Neither a failure nor a loss is counted."""
    scenario = await farm.submit({"a": [], "b": []})
    task = await farm.claim(worker="w1")
    (answer,) = await farm.queue.hand_back([task], "w1")
    assert (answer.answer, answer.status) == ("ok", "pending")
    assert await farm.listed() == [f"{scenario}.a", f"{scenario}.b"]
    found = await farm.task(task.id)
    assert (found["last_outcome"], found["attempt"]) == ("returned", "1")
    assert not {"failures", "lost", "lease_until"} & found.keys()
    assert await farm.index(farm.keys.leases(SERVICE)) == {}
    assert (await farm.history(scenario))[-1] == "task.returned a"
    assert (await farm.claim()).attempt == 2


async def test_several_keep_their_order(farm: Farm) -> None:
    """A batch handed back stands as it stood."""
    scenario = await farm.submit({name: [] for name in "abcd"})
    tasks = await farm.queue.claim(SERVICE, worker="w", limit=3)
    await farm.queue.hand_back(tasks, "w")
    assert await farm.listed() == [f"{scenario}.{name}" for name in "abcd"]


async def test_the_holder_may_return_by_its_name_alone(farm: Farm) -> None:
    """A shell worker that never learnt its attempt."""
    scenario = await farm.submit({"a": []})
    await farm.start(f"{scenario}.a", worker="shell")
    assert (await farm.report(f"{scenario}.a", "pending", worker="other")).code == "already-held"
    assert (await farm.report(f"{scenario}.a", "pending", worker="shell")).answer == "ok"


async def test_a_late_worker_cannot_return_what_another_holds(farm: Farm) -> None:
    """The fence is the attempt."""
    scenario = await farm.submit({"a": []})
    await farm.claim(worker="late")
    farm.clock.advance(11)
    await farm.sweep()
    await farm.claim(worker="new")
    assert (await farm.report(f"{scenario}.a", "pending", attempt=1, worker="late")).answer == "stale"
    assert (await farm.task(f"{scenario}.a"))["worker"] == "new"
