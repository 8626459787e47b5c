-- How every verb on a task begins: what it may write has the right type, and there is a task, of a scenario that is still there.
--- @include "lib/types"
--- @include "lib/task"
--- @include "lib/settle_scenario"

-- Either the whole reply (nothing can be done), or nil, the task and its scenario. `written` as in wrong_type.
local function open_task(task_key, scenario_key, written)
  local wrong = wrong_type(written)
  if wrong then
    return wrong
  end
  local task = load_task(task_key)
  local scenario = task and load_scenario(scenario_key)
  if not scenario then
    return unknown_task()
  end
  return nil, task, scenario
end
