#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""summary.py results.jsonl [--md]: medians and spread per workload, operation and tool."""
import collections, json, statistics as st, sys
R = collections.defaultdict(list)
for l in open(sys.argv[1]):
    d = json.loads(l); R[(d["work"], d["op"], d["tool"])].append(d)
ORDER = ["add", "status-first", "status", "status-cold", "push", "clone", "checkout", "unlock", "readd-flip", "readd-insert", "readd-append"]
def f(x): return f"{x:.3f}" if x < 10 else f"{x:.1f}"
for w in sorted({k[0] for k in R}):
    print(f"\n### {w}\n")
    print("| op | tool | n | wall s median [min..max] | cpu s | peak RSS MiB | +sync s | other cpu |\n|---|---|---|---|---|---|---|---|")
    for op in ORDER:
        rows = []
        for (ww, o, t), v in R.items():
            if ww != w or o != op: continue
            ok = [x for x in v if x["rc"] == 0]
            if not ok:
                rows.append((1e9, f"| {op} | {t} | {len(v)} | FAILED/timeout after {f(max(x['wall'] for x in v))} | | | | |")); continue
            m = st.median(x["wall"] for x in ok)
            rows.append((m, f"| {op} | {t} | {len(ok)} | {f(m)} [{f(min(x['wall'] for x in ok))}..{f(max(x['wall'] for x in ok))}] | {f(st.median(x['user'] + x['sys'] for x in ok))} | {max(x['rss_kb'] for x in ok) / 1024:.0f} | {st.median(x['sync_s'] for x in ok):.2f} | {st.median(x['other'] for x in ok):.2f} |"))
        for _, r in sorted(rows): print(r)
    print("\n| bytes | tool | allocated MiB | apparent MiB | entries |\n|---|---|---|---|---|")
    for op in ["store", "remote", "added-flip", "added-insert", "added-append"]:
        for (ww, o, t), v in sorted(R.items()):
            if ww == w and o == op:
                d = v[-1]; print(f"| {op} | {t} | {d['alloc'] / 2**20:.1f} | {d.get('apparent', 0) / 2**20:.1f} | {d.get('entries', '')} |")
    bad = [(t, o, d["note"]) for (ww, o, t), v in R.items() if ww == w and o.startswith("verify") for d in v if not d["ok"]]
    print("\nverify failures:", bad or "none")
