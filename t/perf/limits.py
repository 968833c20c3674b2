#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""limits.py OUT.jsonl GROUP... : repeat each yardstick, one JSON line each (median, min, max, values).
Groups: hash meta io spawn zstd small all.  DATA is the folder of the data sets (W1 W2 W3 W5), TMP a scratch folder."""
import json, os, re, statistics as st, subprocess, sys, time
HERE = os.path.dirname(os.path.abspath(__file__)); B = os.environ.get("B", os.path.join(os.getcwd(), "bench-scratch"))
DATA = os.environ.get("DATA", B + "/data"); TMP = os.environ.get("TMPD", B + "/ltmp"); L = HERE + "/limits"; BIG = DATA + "/W1/big.bin"
FILL = os.environ.get("FILL", ""); os.makedirs(TMP, exist_ok=True); out = open(sys.argv[1], "a"); groups = sys.argv[2:]
def sh(c): return subprocess.run(["bash", "-c", c], capture_output=True, text=True)
def other():
    v = [int(x) for x in open("/proc/stat").readline().split()[1:9]]; return (sum(v) - v[3] - v[4]) / 100
def rec(name, unit, vals, cmd, extra=None):
    d = dict(name=name, unit=unit, median=st.median(vals), min=min(vals), max=max(vals), n=len(vals), cmd=cmd, **(extra or {}))
    out.write(json.dumps(d) + "\n"); out.flush(); print(f"{name:34s} {d['median']:10.3f} [{d['min']:.3f}..{d['max']:.3f}] {unit}", flush=True)
def wall(name, cmd, n=5, prep=None, by=None, sync=True):
    """wall seconds of cmd; by: bytes -> GB/s"""
    v, cpu, oth = [], [], []
    for _ in range(n):
        if prep: sh(prep)
        if sync: sh("sync")
        if FILL: sh(f"sh {HERE}/fillcache.sh 1024 {FILL}")
        b = other(); t = time.monotonic(); p = subprocess.Popen(["bash", "-c", "exec " + cmd] if not re.search(r"[|;&]", cmd) else ["bash", "-c", cmd], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, w, ru = os.wait4(p.pid, 0); e = time.monotonic() - t; p.returncode = w; v.append(e); cpu.append(ru.ru_utime + ru.ru_stime); oth.append((other() - b - cpu[-1]) / e)
        if w: print("!! rc", w, cmd)
    ex = dict(cpu=st.median(cpu), other=round(st.median(oth), 2))
    if by: rec(name, "GB/s", [by / x / 1e9 for x in v], cmd, dict(ex, seconds=st.median(v)))
    else: rec(name, "s", v, cmd, ex)
def tool(name, args, pat, unit, n=5, prep=None, post=None, scale=1):
    v = []
    for k in range(n):
        if prep: sh(prep.replace("{n}", str(k)))
        sh("sync")
        if FILL: sh(f"sh {HERE}/fillcache.sh 1024 {FILL}")
        r = sh(f"{L} {args}".replace("{n}", str(k))); m = re.search(pat, r.stdout)
        if not m: print("!!", args, r.stdout, r.stderr); return
        v.append(float(m[1]) * scale)
        if post: sh(post)
    rec(name, unit, v, "limits " + args)
S = r"(\d+\.\d+) s\b"; G = r"(\d+\.\d+) GB/s"; G4 = 4 * 2**30
def g_hash():
    sh(f"cat {BIG} >/dev/null")
    for n, c in [("cat-4G", f"cat {BIG} >/dev/null"), ("xxh128-4G", f"xxhsum -H2 {BIG}"), ("b3sum-1t", f"b3sum --num-threads 1 {BIG}"), ("b3sum-2t", f"b3sum --num-threads 2 {BIG}"),
                 ("b3sum-1t-nommap", f"b3sum --no-mmap --num-threads 1 {BIG}"), ("openssl-sha256", f"openssl dgst -sha256 {BIG}"), ("openssl-blake2b", f"openssl dgst -blake2b512 {BIG}"), ("openssl-md5", f"openssl dgst -md5 {BIG}")]:
        wall(n, c, 5, by=G4)
    for n, c in [("sha256sum", f"sha256sum {BIG}"), ("md5sum", f"md5sum {BIG}"), ("b2sum", f"b2sum {BIG}"), ("openssl-sha1", f"openssl dgst -sha1 {BIG}")]: wall(n, c, 3, by=G4)
    wall("git-hash-object-1G-csv", f"git hash-object --no-filters {DATA}/W5/table.csv", 3, by=os.path.getsize(DATA + "/W5/table.csv"))
    for n, a in [("read-64K", f"read {BIG} 65536"), ("read-128K", f"read {BIG} 131072"), ("read-1M", f"read {BIG} 1048576"), ("mmap", f"mmap {BIG}"), ("mmap-populate", f"mmappop {BIG}"),
                 ("read+xxh128-128K", f"readx {BIG} 131072"), ("read+xxh128-256K", f"readx {BIG} 262144"), ("mmap+xxh128", f"mmapx {BIG}")]: tool(n, a, G, "GB/s")
    tool("memcpy-256M", "memcpy 268435456", G, "GB/s")
def g_io():
    D = f"{TMP}/d.bin"; rm = f"rm -f {D}"
    wall("dd-direct-read-4G", f"dd if={BIG} of=/dev/null bs=16M iflag=direct", 3, by=G4)
    wall("dd-direct-write-4G", f"dd if=/dev/zero of={D} bs=16M count=256 oflag=direct", 3, prep=rm, by=G4)
    wall("cold-cat-4G", f"cat {BIG} >/dev/null", 3, prep=f"sync; echo 3 >/proc/sys/vm/drop_caches", by=G4)
    sh(f"cat {BIG} >/dev/null")
    for n in ("cp-4G",): wall(n, f"cp {BIG} {D}", 5, prep=rm, by=G4)
    wall("cp-4G+sync", f"cp {BIG} {D}; sync {D}", 3, prep=rm, by=G4)
    tool("copy_file_range-4G", f"cfr {BIG} {D}", G, "GB/s", 5, prep=rm); tool("sendfile-4G", f"sendfile {BIG} {D}", G, "GB/s", 3, prep=rm)
    tool("read+write-copy-4G-1M", f"rwcopy {BIG} {D} 1048576", G, "GB/s", 3, prep=rm)
    for bs in (131072, 1048576): tool(f"write-1G-{bs}", f"write {D} 1073741824 {bs} 0", G, "GB/s", 5, prep=rm)
    tool("write-4G", f"write {D} 4294967296 1048576 0", G, "GB/s", 3, prep=rm); tool("write-4G+fdatasync", f"write {D} 4294967296 1048576 1", G, "GB/s", 3, prep=rm)
    tool("write-1G+fdatasync", f"write {D} 1073741824 1048576 1", G, "GB/s", 5, prep=rm); sh(rm)
    tool("create+fsync+rename-us", f"fsync {TMP}/fs{{n}} 300", r"median (\d+)", "us", 5, prep=f"mkdir {TMP}/fs{{n}}")
    wall("cat-W3-all", f"find {DATA}/W3 -type f -print0 | xargs -0 cat >/dev/null", 3); wall("cp-r-W3", f"cp -r {DATA}/W3 {TMP}/w3-$RANDOM", 3); sh(f"rm -rf {TMP}/w3*")
    wall("rm-4G-file", f"rm {D}", 3, prep=f"cp {BIG} {D}; sync")
def g_meta():
    W = DATA + "/W2"; C = TMP + "/c"
    for t in (1, 2):
        tool(f"lstat-100k-t{t}", f"lstat {W} {t}", S, "s"); tool(f"openread-100k-t{t}", f"openread {W} {t}", S, "s")
        tool(f"create-100k-4K-t{t}", f"create {C}{t}-{{n}} 100000 100 4096 {t}", S, "s", 5)
    tool("walk-100k", f"walk {W}", S, "s")
    wall("create-100k-4K-t2+sync", f"{L} create {C}s-$RANDOM 100000 100 4096 2; sync", 3)
    for t in (1, 2):     # no deletions before the last loop: see freshfs.sh
        tool(f"hardlink-100k-t{t}", f"link {C}{t}-{{n}} {t}", S, "s", 3); sh(f"cd {TMP}; for d in *.links; do mv $d old-$RANDOM-$d; done")
        tool(f"symlink-100k-t{t}", f"symlink {C}{t}-{{n}} {t}", S, "s", 3); sh(f"cd {TMP}; for d in *.links; do mv $d old-$RANDOM-$d; done")
        tool(f"rename-100k-t{t}", f"rename {C}{t}-{{n}} {t}", S, "s", 3)
    wall("cp-r-W2", f"cp -r {W} {TMP}/w2-$RANDOM", 3)
    for t in (1, 2): tool(f"unlink-100k-t{t}", f"unlink {C}{t}-{{n}} {t}", S, "s", 3)
    wall("rm-rf-W2", f"rm -rf $(ls -d {TMP}/w2-* | head -1)", 3)
    tool("create-100k-after-unlink-t1", f"create {TMP}/late{{n}} 100000 100 4096 1", S, "s", 3)
    v = []
    for _ in range(3):
        sh("sync; echo 3 >/proc/sys/vm/drop_caches"); v.append(float(re.search(S, sh(f"{L} walk {W}").stdout)[1]))
    rec("walk-100k-cold", "s", v, "limits walk after drop_caches")
    wall("sha256sum-W2-xargs", f"find {W} -type f -print0 | xargs -0 sha256sum >/dev/null", 3); wall("b3sum-W2-xargs", f"find {W} -type f -print0 | xargs -0 b3sum --num-threads 1 >/dev/null", 3)
    wall("xxh128-W2-xargs", f"find {W} -type f -print0 | xargs -0 xxhsum -H2 >/dev/null", 3)
def g_spawn():
    bins = {"static": "-static t_plain.c", "dynamic": "t_plain.c", "libcurl": "-Wl,--no-as-needed t_curl.c -lcurl", "libcurl+init": "t_curlinit.c -lcurl", "libgit2": "-Wl,--no-as-needed t_git2.c -lgit2", "libgit2+init": "t_git2init.c -lgit2", "libgit2+HEAD": "t_git2head.c -lgit2"}
    r = TMP + "/r"; sh(f"rm -rf {r}; mkdir -p {r} && cd {r} && git init -q && git -c user.name=b -c user.email=b@x commit -q --allow-empty -m x")
    os.chdir(r)
    for n, a in bins.items():
        b = f"{HERE}/bin/t_{n}"; sh(f"cd {HERE} && cc -O2 -o {b} {a}"); tool("spawn-" + n, f"spawn 500 {b}", r"median (\d+)", "us")
    for n, c in [("true", "/bin/true"), ("sh-c-:", "sh -c :"), ("bash-c-:", "bash -c :"), ("python3-c-pass", "python3 -c pass"), ("curl--version", "curl --version")]: tool("spawn-" + n, f"spawn 100 {c}", r"median (\d+)", "us")
    os.chdir(HERE)
def g_small():
    """latency of small commands in a small repository (50 files of 4 KiB, lfs/annex repos of their own)"""
    e = "export HOME=%s; git config --global user.name b; git config --global user.email b@x; git config --global init.defaultBranch main; git config --global gc.auto 0; " % (TMP + "/h")
    sh(f"mkdir -p {TMP}/h; rm -rf {TMP}/sg {TMP}/sl {TMP}/sa"); os.environ["HOME"] = TMP + "/h"
    for d in ("sg", "sl", "sa"): sh(f"{HERE}/gen small {TMP}/{d} 50 2 4K 3")
    sh(e + f"cd {TMP}/sg && git init -q && git add -A && git commit -qm x"); sh(e + f"cd {TMP}/sl && git init -q && git lfs install && git lfs track '*.bin' && git add -A && git commit -qm x"); sh(e + f"cd {TMP}/sa && git init -q && git annex init -q a && git annex add -q . && git commit -qm x")
    F = "d0000/f0000001.bin"
    for d, n, c, k in [("sg", "git--version", "git --version", 200), ("sg", "git-rev-parse-HEAD", "git rev-parse HEAD", 200), ("sg", "git-status", "git status --porcelain", 100), ("sg", "git-hash-object", f"git hash-object {F}", 200), ("sg", "git-ls-files", "git ls-files", 100), ("sg", "git-log-1", "git log -1", 100), ("sg", "git-cat-file", f"git cat-file -p HEAD:{F}", 100),
                    ("sg", "git-commit-empty", "git commit -q --allow-empty -m y", 30),
                    ("sl", "git-lfs-version", "git-lfs version", 100), ("sl", "git-lfs-ls-files", "git lfs ls-files", 50), ("sl", "git-lfs-status", "git lfs status", 30), ("sl", "git-status-lfs", "git status --porcelain", 100), ("sl", "git-lfs-pointer", f"git lfs pointer --file={F}", 50), ("sl", "git-lfs-track", "git lfs track", 50), ("sl", "git-lfs-env", "git lfs env", 20),
                    ("sa", "git-annex-version", "git-annex version --raw", 50), ("sa", "git-annex-find", "git annex find", 20), ("sa", "git-annex-status", "git annex status", 20), ("sa", "git-annex-whereis-1", f"git annex whereis {F}", 20), ("sa", "git-annex-info-fast", "git annex info --fast", 10), ("sa", "git-annex-calckey", f"git annex calckey {F}", 20),
                    ("sa", "datalad--version", "datalad --version", 5), ("sg", "restic-version", "restic version", 50), ("sg", "borg--version", "borg --version", 10), ("sg", "ostree--version", "ostree --version", 50), ("sg", "rclone-version", "rclone version", 20), ("sg", "hg--version", "hg --version", 10), ("sg", "fossil-version", "fossil version", 50), ("sg", "casync--version", "casync --version", 50), ("sg", "bup--version", "bup --version", 20)]:
        os.chdir(f"{TMP}/{d}"); tool(n, f"spawn {k} {c}", r"median (\d+)", "us", 3)
    os.chdir(HERE)
def g_zstd():
    sh(f"find {DATA}/W3 \\( -name '*.txt' -o -name '*.md' -o -name '*.json' -o -name '*.csv' \\) -print0 | sort -z | xargs -0 cat | head -c 1G >{TMP}/text; head -c 1G {BIG} >{TMP}/rand")
    for src, f in (("text", TMP + "/text"), ("random", TMP + "/rand"), ("csv", DATA + "/W5/table.csv")):
        n = os.path.getsize(f)
        for lv in (1, 3):
            for th in (1, 2):
                wall(f"zstd-{lv}-T{th}-{src}", f"zstd -q -{lv} -T{th} -c {f} >/dev/null" if th == 2 else f"zstd -q -{lv} --single-thread -c {f} >/dev/null", 3, by=n)
            r = sh(f"zstd -q -{lv} -c {f} | wc -c").stdout.strip(); rec(f"zstd-{lv}-ratio-{src}", "x", [n / int(r)], "")
        sh(f"zstd -q -3 -f -o {TMP}/z {f}"); wall(f"zstd-d-{src}", f"zstd -q -d -c {TMP}/z >/dev/null", 3, by=n)
    sh(f"rm -f {TMP}/text {TMP}/rand {TMP}/z")
for g in groups:
    for k, f in list(globals().items()):
        if k == "g_" + g or (g == "all" and k.startswith("g_")): f()
