#!/bin/sh
# The container's command. With arguments it is `harness eval` with these; without, it is the contest: it reads $DATA and
# keeps $OUTPUT/submission.jsonl complete from the first second on, at most $DEADLINE after the start of the process.
set -eu
if [ $# -eq 0 ]; then
    set -- "$DATA" --run "$OUTPUT" --rule "$RULE" --max-samples "$MAX_SAMPLES" --deadline "$DEADLINE" --display plain
    if [ -d "$MODEL" ]; then set -- "$@" --serve "$MODEL"; fi
    if [ -n "$VRAM_GB" ]; then set -- "$@" --vram-gb "$VRAM_GB"; fi
fi
exec python -m harness eval "$@"
