-- wrk -s race.lua URL -- FILE RUN
-- Each request is a random record of FILE: the bytes of a request, 0x1F, a text that isn't needed here,
-- 0x1E. Ten "#" in it are replaced by a number that is new each time. At the end, one line of JSON with
-- what wrk has measured; times are microseconds.

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

function init(arguments)
  math.randomseed(os.time() + 7919 * thread_number)
  local file = assert(io.open(arguments[1], "rb"))
  local text = file:read("*a")
  file:close()
  requests = {}
  for record in text:gmatch("([^\30]+)\30") do
    requests[#requests + 1] = record:match("^([^\31]*)")
  end
  local at = requests[1]:find("##########", 1, true)
  if at then
    for i, each in ipairs(requests) do
      local place = each:find("##########", 1, true)
      requests[i] = {each:sub(1, place - 1), each:sub(place + 10)}
    end
    count = thread_number - 2
    request = function()
      count = count + 2
      local parts = requests[math.random(#requests)]
      return parts[1] .. string.format("%010d", count) .. parts[2]
    end
  elseif #requests == 1 then
    -- wrk sends what it has, and spends no time on Lua that the server could have used.
    request = nil
    wrk.format = function() return requests[1] end
  end
end

function request()
  return requests[math.random(#requests)]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"duration_us":%d,"bytes":%d,"errors":{"connect":%d,"read":%d,"write":%d,' ..
    '"status":%d,"timeout":%d},"mean_us":%.1f,"p50_us":%d,"p90_us":%d,"p95_us":%d,"p99_us":%d,' ..
    '"p999_us":%d,"max_us":%d}\n',
    summary.requests, summary.duration, summary.bytes, errors.connect, errors.read, errors.write,
    errors.status, errors.timeout, latency.mean, latency:percentile(50), latency:percentile(90),
    latency:percentile(95), latency:percentile(99), latency:percentile(99.9), latency.max))
end
