-- wrk -s known_login.lua URL -- NAME USERS
-- Each request logs in one of so many users of NAME, in turns, with a code that was never used before.

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

function init(arguments)
  wrk.headers["Content-Type"] = "application/json"
  name = arguments[1]
  users = tonumber(arguments[2])
  run = arguments[3]
  count = 0
end

function request()
  count = count + 1
  return wrk.format("POST", nil, nil, string.format(
    '{"code":"dev-%s-%d.%s-%d-%d"}', name, (count * 2 + thread_number) % users, run,
    thread_number, count))
end
