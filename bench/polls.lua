-- What wrk does beside asking as fast as it can: `wrk -s polls.lua URL -- RATE [FILE]`.
-- RATE is polls a second of all connections together, 0 for no limit. FILE holds lines "PATH TOKEN ETAG": each
-- poll takes the next one. At the end one line of JSON; latencies are microseconds.

local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long nanoseconds; } auren_time;
  int clock_gettime(int clock, auren_time *time);
]]
local MONOTONIC = 1
local time = ffi.new("auren_time")

local function now()
  ffi.C.clock_gettime(MONOTONIC, time)
  return tonumber(time.seconds) + tonumber(time.nanoseconds) / 1e9
end

local function each_on_time(rate)
  local due = now()
  function delay()
    due = math.max(due + 1 / rate, now() - 0.1)  -- what a stall left undone is not all asked for at once
    return math.max(0, (due - now()) * 1000)
  end
end

local function each_by_another(path)
  local polls, turn = {}, 0
  for line in io.lines(path) do
    local address, token, etag = line:match("^(%S+) (%S+) (%S+)$")
    local headers = {
      ["Host"] = wrk.headers["Host"], ["Accept"] = "*/*",
      ["Authorization"] = "Bearer " .. token, ["If-None-Match"] = etag,
    }
    polls[#polls + 1] = wrk.format("GET", address, headers)
  end
  function request()
    turn = turn % #polls + 1
    return polls[turn]
  end
end

function init(args)
  local rate = tonumber(args[1])
  if rate > 0 then each_on_time(rate) end
  if args[2] then each_by_another(args[2]) end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"polls": %d, "seconds": %.6f, "bytes": %d, "p50": %.1f, "p99": %.1f, "errors": %d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout
  ))
end
