#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py: time one contender over one data set, appending one JSON line per measured operation.

  bench.py -c contenders/git-lfs.sh -d DATA/W1 -w W1 -o out.jsonl [-n 3] [--ops add,status,...] [--edit flip,insert]

A contender is a sh script taking an operation name as $1; see contenders/README.  An operation that exits 64 is
'not supported'.  Environment: RUN scratch, WT=$RUN/wt the copy of the data set, OUT=$RUN/out empty place to restore
into, STORE=$RUN/store, REMOTE=$RUN/remote, HOME=$RUN/home.  Before each measured operation the file system is synced
and what the operation reads is read once (warm cache); afterwards 'sync' is timed on its own: sync_s is the time the
disk still needs for what the operation left dirty.
"""
import argparse, json, os, resource, shutil, signal, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
TCK = os.sysconf("SC_CLK_TCK")

def busy():
    with open("/proc/stat") as f:
        v = [int(x) for x in f.readline().split()[1:9]]
    return (sum(v) - v[3] - v[4]) / TCK, v[7] / TCK     # busy incl. steal, steal

def warm(path):
    for d, _, fs in os.walk(path):
        for n in fs:
            try:
                with open(os.path.join(d, n), "rb", buffering=0) as f:
                    while f.read(1 << 20):
                        pass
            except OSError:
                pass

def du(paths):
    """allocated bytes, apparent bytes, entries; hard links counted once"""
    seen, alloc, app, n = set(), 0, 0, 0
    def one(p):
        nonlocal alloc, app, n
        s = os.lstat(p)
        if (s.st_dev, s.st_ino) in seen:
            return
        seen.add((s.st_dev, s.st_ino)); alloc += s.st_blocks * 512; app += s.st_size; n += 1
    for p in paths:
        if not os.path.lexists(p):
            continue
        one(p)
        for d, ds, fs in os.walk(p):
            for x in ds + fs:
                one(os.path.join(d, x))
    return alloc, app, n

class Bench:
    def __init__(s, a):
        s.a = a; s.tool = os.path.basename(a.contender).rsplit(".", 1)[0]
        s.run = os.path.join(a.scratch, s.tool)
        s.env = dict(os.environ, RUN=s.run, WT=s.run + "/wt", OUT=s.run + "/out", STORE=s.run + "/store",
                     REMOTE=s.run + "/remote", HOME=s.run + "/home", XDG_CACHE_HOME=s.run + "/home/.cache",
                     LC_ALL="C.UTF-8", GIT_CONFIG_NOSYSTEM="1", SCRIPTS=HERE, JOBS=a.jobs)
    def call(s, op, *args, timeout):
        """run one op; -> rc, wall, user, sys, maxrss_kb, other_cpu"""
        log = open(s.run + "/log", "ab"); log.write(f"== {op}\n".encode()); log.flush()
        b0, st0 = busy(); t0 = time.monotonic()
        p = subprocess.Popen(["sh", s.a.contender, op, *args], env=s.env, cwd=s.run, stdin=subprocess.DEVNULL,
                             stdout=log, stderr=log, start_new_session=True)
        def late(*_):
            os.killpg(p.pid, signal.SIGKILL)
        signal.signal(signal.SIGALRM, late); signal.alarm(timeout)
        _, w, ru = os.wait4(p.pid, 0); wall = time.monotonic() - t0; signal.alarm(0)
        b1, st1 = busy(); p.returncode = os.waitstatus_to_exitcode(w)
        other = max(0.0, (b1 - b0 - ru.ru_utime - ru.ru_stime)) / wall if wall > 0.2 else 0.0
        return p.returncode, wall, ru.ru_utime, ru.ru_stime, ru.ru_maxrss, other, (st1 - st0)
    def quiet(s, op, *args):
        r = s.call(op, *args, timeout=900)
        if r[0] not in (0, 64):
            print(f"!! {s.tool} {op} rc {r[0]}", flush=True); subprocess.run(["tail", "-5", s.run + "/log"])
        return r[0]
    def emit(s, **k):
        k = dict(tool=s.tool, work=s.a.work, run=s.i, **k)
        with open(s.a.out, "a") as f:
            f.write(json.dumps(k) + "\n")
        print({x: (round(y, 3) if isinstance(y, float) else y) for x, y in k.items()}, flush=True)
    def meas(s, op, *args, label=None, warms=(), extra=None):
        subprocess.run(["sync"])
        if s.a.fill:
            subprocess.run(["sh", HERE + "/fillcache.sh", "1024", s.a.fill])
        for w in warms:
            warm(w)
        rc, wall, u, sy, rss, other, steal = s.call(op, *args, timeout=s.a.timeout)
        t = time.monotonic(); subprocess.run(["sync"]); sync_s = time.monotonic() - t
        if rc == 64:
            return rc
        if rc:
            print(f"!! {s.tool} {op} rc {rc}", flush=True); subprocess.run(["tail", "-5", s.run + "/log"])
        s.emit(op=label or op, wall=wall, user=u, sys=sy, rss_kb=rss, sync_s=sync_s, other=other, steal=steal, rc=rc, **(extra or {}))
        return rc
    def paths(s):
        return subprocess.run(["sh", s.a.contender, "store"], env=s.env, cwd=s.run, capture_output=True, text=True).stdout.split()
    def store(s):
        return du(s.paths())
    def verify(s, a, b, what):
        if not (s.a.verify and s.i == 0):
            return
        r = subprocess.run(["diff", "-rq", "--exclude=.git", "--exclude=.hg", "--exclude=.gitattributes", "--exclude=.datalad",
                            "--exclude=.hglf", "--exclude=.fslckout", "--exclude=_FOSSIL_", a, b], capture_output=True, text=True)
        s.emit(op="verify-" + what, ok=r.returncode == 0, rc=r.returncode, note=(r.stdout + r.stderr)[:200])
    def trash(s, n):
        """move OUT aside; deleting many files would slow later creates on ext4 (see freshfs.sh)"""
        if os.path.exists(s.env["OUT"]):
            os.rename(s.env["OUT"], s.run + "/trash/" + n)
        if s.a.small_disk:
            subprocess.run(["rm", "-rf", s.run + "/trash"]); os.makedirs(s.run + "/trash")
    def once(s, i):
        s.i = i; a = s.a; ops = a.ops.split(",")
        if a.fresh:
            subprocess.run(a.fresh, shell=True, check=True)
        subprocess.run(["rm", "-rf", s.run]); os.makedirs(s.run + "/home"); os.makedirs(s.run + "/trash")
        subprocess.run(["cp", "-r", a.data, s.env["WT"]], check=True)
        if s.quiet("setup"):
            return
        if s.meas("add", warms=[s.env["WT"]]):
            return
        al, ap, n = s.store(); s.emit(op="store", alloc=al, apparent=ap, entries=n)
        if "status" in ops:
            for k in range(a.status_runs):
                if s.meas("status", label="status" if k else "status-first"):
                    break
        if "cold" in ops and i == 0:
            subprocess.run(["sync"]); open("/proc/sys/vm/drop_caches", "w").write("3")
            s.meas("status", label="status-cold")
        if "push" in ops:
            if s.quiet("push_prep") == 0 and s.meas("push", warms=s.paths()) == 0:
                s.emit(op="remote", alloc=du([s.env["REMOTE"]])[0])
        if "clone" in ops:
            if s.quiet("clone_prep") == 0 and s.meas("clone", warms=[s.env["REMOTE"]]) == 0:
                p = s.run + "/clonedir"; d = open(p).read().strip() if os.path.exists(p) else s.env["OUT"]
                s.verify(a.data, d, "clone")
            s.trash("clone")
        if "checkout" in ops:
            if s.quiet("checkout_prep") == 0 and s.meas("checkout", warms=s.paths()) == 0:
                p = s.run + "/outdir"; d = open(p).read().strip() if os.path.exists(p) else s.env["WT"]
                s.verify(a.data, d, "checkout")
            s.trash("checkout")
        for e in filter(None, a.edit.split(",")):
            s.meas("edit_prep", label="unlock")
            f = s.env["WT"] + "/" + a.target
            time.sleep(1.1)      # a new mtime second
            g = {"flip": ["flip", f, "-1"], "insert": ["insert", f, "100"], "append": ["append", f, "1", "7"]}[e]
            subprocess.run([HERE + "/gen", *g], check=True)
            if s.meas("readd", label="readd-" + e, warms=[s.env["WT"]]) == 0:
                al2, ap2, n2 = s.store(); s.emit(op="added-" + e, alloc=al2 - al, apparent=ap2 - ap, entries=n2 - n); al, ap, n = al2, ap2, n2
        if not a.keep and not a.fresh:
            subprocess.run(["rm", "-rf", s.run])

def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("-c", "--contender", required=True); p.add_argument("-d", "--data", required=True)
    p.add_argument("-w", "--work", required=True); p.add_argument("-o", "--out", required=True)
    p.add_argument("-n", "--runs", type=int, default=3); p.add_argument("--ops", default="status,push,clone,checkout")
    p.add_argument("--edit", default=""); p.add_argument("--target", default="big.bin"); p.add_argument("--jobs", default="2")
    p.add_argument("--status-runs", type=int, default=4); p.add_argument("--timeout", type=int, default=400)
    p.add_argument("--scratch", default=os.path.join(os.getcwd(), "bench-scratch")); p.add_argument("--keep", action="store_true")
    p.add_argument("--fresh", default="", help="shell command that empties the scratch file system before each run")
    p.add_argument("--fill", default="", help="sparse file for fillcache.sh, run before each measured operation")
    p.add_argument("--small-disk", action="store_true", help="delete finished copies at once (few large files)")
    p.add_argument("--no-verify", dest="verify", action="store_false")
    a = p.parse_args(); a.contender = os.path.abspath(a.contender); os.makedirs(a.scratch, exist_ok=True)
    b = Bench(a)
    for i in range(a.runs):
        b.once(i)
main()
