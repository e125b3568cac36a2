-- wrk -s random_token.lua URL -- FILE
-- Each request has a random line of FILE as its access token.

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

function init(arguments)
  math.randomseed(os.time() + 7919 * thread_number)
  requests = {}
  for token in io.lines(arguments[1]) do
    wrk.headers["Authorization"] = "Bearer " .. token
    requests[#requests + 1] = wrk.format("GET")
  end
end

function request()
  return requests[math.random(#requests)]
end
