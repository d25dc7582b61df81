#!/usr/bin/env python3
"""rows.py REAL.json OURS.json FILE [--write]: which row of the fidelity table each recorded answer shows.

OURS was told with --explain. A step shows its row if it was answered as recorded, to the last member and the last
header that is kept. FILE has a line `STEP STATUS ROW` for the first step of each row; exit 1 where it says otherwise.
"""
import json
import sys

real, ours = (json.load(open(path)) for path in sys.argv[1:3])
recorded = {step["name"]: step for step in real if "varies" not in step}
seen, lines = set(), []
for step in ours:
    own = recorded.get(step["name"])
    row = step.get("row", "")
    is_equal = own and all(own[part] == step[part] for part in ("status", "headers", "body"))
    if is_equal and row.count(".") == 2 and row not in seen:
        seen.add(row)
        lines.append(f"{step['name']} {step['status']} {row}\n")
if "--write" in sys.argv:
    open(sys.argv[3], "w").writelines(lines)
found = open(sys.argv[3]).readlines()
for line in sorted(set(found) ^ set(lines)):
    print(f"{'lacks' if line in lines else 'has'} {line}", end="")
print(f"{len(lines)} rows are shown")
sys.exit(found != lines)
