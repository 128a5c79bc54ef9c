--[[
  PUBLISH by way of a key, for a Cluster: without one each call may leave through another node, and
  messages of one publisher overtake each other.

  KEYS[1]  channel as it is on the wire, as if it were a key
  ARGV[1]  message
  Output   nothing
]]
redis.call('PUBLISH', KEYS[1], ARGV[1])
