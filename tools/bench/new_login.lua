-- wrk -s new_login.lua URL -- NAME
-- Each request logs somebody in who was never here before: NAME, the thread and a counter.

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

function init(arguments)
  wrk.headers["Content-Type"] = "application/json"
  beginning = string.format('{"code":"dev-%s-%d-', arguments[1], thread_number)
  count = 0
end

function request()
  count = count + 1
  return wrk.format("POST", nil, nil, beginning .. count .. '"}')
end
