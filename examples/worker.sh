#!/bin/sh
# A worker of tier 0 for greeting-service: pop an id, do the work, report. Needs redis-cli and curl.
redis="redis-cli --no-auth-warning -u ${REDIS_URL:-redis://127.0.0.1:6379} --raw"
api="${SCENARIES_API_URL:-http://127.0.0.1:8001}"
while id=$($redis BLPOP queue:greeting-service 0 | tail -n 1) && [ -n "$id" ]; do
  prompt=$($redis HGET "task:$id" prompt)
  ref=$(printf 'Hello, %s!\n' "$prompt" | curl -sS --data-binary @- "$api/artifacts?extension=txt" | grep -o 'artifact://[^"]*')
  curl -sS -o /dev/null -X PATCH "$api/tasks/$id/status" -H 'Content-Type: application/json' \
    -d '{"status": "success", "result_ref": "'"$ref"'"}'
done
