-- Time. `given` is what the caller injects (tests, the simulator); empty means the server's own clock, one for all processes.

local function now_ms(given)
  if given ~= '' then
    return tonumber(given)
  end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- tostring(1.7e12) is "1.7e+12".
local function ms_text(ms)
  return string.format('%.0f', ms)
end

-- ISO 8601 in UTC with milliseconds, as the seed document writes times. Days to a date after Howard Hinnant, "chrono-Compatible
-- Low-Level Date Algorithms", civil_from_days: eras of 400 years of 146,097 days, years that begin in March.
local function iso_time(ms)
  local seconds = math.floor(ms / 1000)
  local days = math.floor(seconds / 86400)
  local rest = seconds - days * 86400
  local shifted = days + 719468
  local era = math.floor(shifted / 146097)
  local day_of_era = shifted - era * 146097
  local year_of_era = math.floor(
    (day_of_era - math.floor(day_of_era / 1460) + math.floor(day_of_era / 36524) - math.floor(day_of_era / 146096)) / 365)
  local day_of_year = day_of_era - (365 * year_of_era + math.floor(year_of_era / 4) - math.floor(year_of_era / 100))
  local month = math.floor((5 * day_of_year + 2) / 153)
  local day = day_of_year - math.floor((153 * month + 2) / 5) + 1
  local year = year_of_era + era * 400
  month = month < 10 and month + 3 or month - 9
  if month <= 2 then
    year = year + 1
  end
  return string.format('%04d-%02d-%02dT%02d:%02d:%02d.%03dZ', year, month, day,
    math.floor(rest / 3600), math.floor(rest / 60) % 60, rest % 60, ms % 1000)
end
