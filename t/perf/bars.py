#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bars.py: the speed and memory bars, each a ratio measured in one run.

  bars.py --dv BUILD/bin/dv --data DIR --scratch DIR [-n 3] [--fs IMG]
          [--object-format sha256] [BAR...]

DIR of --data holds W1 W2 W3 W5 (and W6 for the million), made by gen; see
README.  The bars of remotes are in remotebars.py.  Ours and theirs take
turns, each on fresh copies, warm cache; "+sync" is a `sync` inside the
measured time.  With --fs (root) each run gets a fresh ext4 on a loop device
at the scratch folder: on ext4, creating files soon after many were deleted is
slow.  With sha256 the bars where hashing is the limit are twice as high.  One
line a bar: ours, theirs (medians and spread), ratio, bar, verdict.  Without
BAR: all.  Exit 1 when one is missed.
"""
import argparse, os, statistics as st, subprocess, sys, time

import remotebars

HERE = os.path.dirname(os.path.abspath(__file__))
BARS = {}      # name: limit, what, function, unit
HASHED = set()      # the bars that sha256 may take twice as long for


def bar(limit, what, hashed=False, unit=""):
    """unit: what fn answers is no ratio; a limit of 0 is none."""
    def deco(fn):
        name = fn.__name__.replace("_", "-")
        BARS[name] = (limit, what, fn, unit)
        if hashed:
            HASHED.add(name)
        return fn
    return deco


class Run:
    def __init__(self, a):
        self.a, self.rss, self.n, self.fmt = a, 0, 0, a.object_format
        self.env = dict(os.environ, GIT_CONFIG_NOSYSTEM="1", LC_ALL="C.UTF-8",
                        HOME=a.scratch + "/home", GIT_AUTHOR_NAME="b",
                        GIT_AUTHOR_EMAIL="b@x", GIT_COMMITTER_NAME="b",
                        GIT_COMMITTER_EMAIL="b@x",
                        PATH=os.path.dirname(a.dv) + ":" + os.environ["PATH"])

    def fresh(self):
        """An empty place; returns its name."""
        s = self.a.scratch
        if self.a.fs:
            subprocess.run(["sh", HERE + "/freshfs.sh", "fresh", s, self.a.fs,
                            self.a.fs_size], check=True)
        else:
            subprocess.run(["rm", "-rf", s], check=True)
        self.n += 1
        d = f"{s}/r{self.n}"
        os.makedirs(d)
        os.makedirs(s + "/home")
        return d

    def sh(self, cmd, cwd):
        subprocess.run(["bash", "-ec", cmd], cwd=cwd, env=self.env,
                       check=True, stdout=subprocess.DEVNULL)

    def fill(self):
        if self.a.fill:
            subprocess.run(["sh", HERE + "/fillcache.sh", "1024", self.a.fill])

    def time(self, cmd, cwd, sync=False, ok=(0,)):
        """Seconds of cmd, a shell line; peak RSS (KiB) is kept in rss."""
        subprocess.run(["sync"])
        self.fill()
        if sync:
            cmd += "; sync"
        t = time.monotonic()
        p = subprocess.Popen(["bash", "-ec", cmd], cwd=cwd, env=self.env,
                             stdout=subprocess.DEVNULL)
        _, w, ru = os.wait4(p.pid, 0)
        s = time.monotonic() - t
        p.returncode = os.waitstatus_to_exitcode(w)
        if p.returncode not in ok:
            sys.exit(f"bars: exit {p.returncode}: {cmd}")
        self.rss = ru.ru_maxrss
        return s

    def each(self, cmd, cwd, k=20):
        """Seconds of one of k runs of cmd in a row."""
        loop = f"for i in $(seq {k}); do {cmd}; done"
        return (self.time(loop, cwd) - self.time(
            f"for i in $(seq {k}); do :; done", cwd)) / k

    def repo(self, d):
        self.sh("git init -q -b main . && echo code >code && git add code &&"
                f" git commit -qm code && dv init --object-format={self.fmt}"
                " >/dev/null 2>&1 && git add .dvconfig && git commit -qm dv",
                d)

    def data(self, w, d, name="wt"):
        """A private, warm copy of data set w."""
        self.sh(f"cp -r {self.a.data}/{w} {d}/{name}; sync;"
                f" find {d}/{name} -type f -print0 | xargs -0 cat >/dev/null", d)

    def store_bytes(self, d):
        o = subprocess.run(["du", "-sb", d + "/.git/dv"], capture_output=True,
                           text=True, check=True).stdout
        return int(o.split()[0])

    def added(self, w):
        d = self.fresh()
        self.repo(d)
        self.data(w, d)
        self.sh("dv add -q wt && dv commit -q -m one; sync", d)
        return d


def add_commit(r, w):
    d = r.fresh()
    r.repo(d)
    r.data(w, d)
    ours = r.time("dv add -q wt && dv commit -q -m one", d, sync=True)
    rss = r.rss
    d = r.fresh()
    r.data(w, d)
    return ours, r.time("cp -r wt copy", d, sync=True), f"{rss >> 10} MiB"


def readd(r, w, edit):
    d = r.added(w)
    b0 = r.store_bytes(d)
    f0 = os.path.getsize(f"{d}/wt/{os.listdir(d + '/wt')[0]}")
    time.sleep(1.1)
    r.sh(edit, d)
    f1 = os.path.getsize(f"{d}/wt/{os.listdir(d + '/wt')[0]}")
    r.sh("cat wt/* >/dev/null", d)
    ours = r.time("dv add -q wt && dv commit -q -m two", d, sync=True)
    more = r.store_bytes(d) - b0 - (f1 - f0)
    note = f"{r.rss >> 10} MiB, store +{more / 2**20:.2f} MiB beyond new"
    if more > 1 << 20:
        note += " (MORE THAN 1 MiB)"
    theirs = r.time("cp -r wt copy", d, sync=True)
    return ours, theirs, note


@bar(1.2, "hash-object of 4 GiB / xxhsum -H2")
def hash_4g(r):
    f = r.a.data + "/W1/big.bin"
    r.sh(f"cat {f} >/dev/null", "/")
    return r.time(f"dv hash-object {f}", "/"), r.time(f"xxhsum -H2 {f}", "/"), ""


@bar(1.1, "hash-object --object-format=sha256 of 4 GiB / openssl dgst")
def hash_4g_sha256(r):
    f = r.a.data + "/W1/big.bin"
    r.sh(f"cat {f} >/dev/null", "/")
    return (r.time(f"dv hash-object --object-format=sha256 {f}", "/"),
            r.time(f"openssl dgst -sha256 {f}", "/"), "")


@bar(1.3, "add + commit W1, synced / cp + sync (at most 100 MB)", True)
def add_w1(r):
    return add_commit(r, "W1")


@bar(0.7, "add again W1, one byte changed / cp + sync", True)
def flip_w1(r):
    return readd(r, "W1", f"{r.a.gen} flip wt/big.bin -1")


@bar(0.7, "add again W1, 100 bytes inserted at the start / cp + sync", True)
def insert_w1(r):
    return readd(r, "W1", f"{r.a.gen} insert wt/big.bin 100")


@bar(0.7, "add again W5, 1% appended / cp + sync", True)
def append_w5(r):
    return readd(r, "W5", f"{r.a.gen} append wt/table.csv 1 7")


@bar(0.25, "add + commit W2, synced / cp -r + sync")
def add_w2(r):
    return add_commit(r, "W2")


@bar(1.2, "add + commit W3, synced / cp -r + sync", True)
def add_w3(r):
    return add_commit(r, "W3")


def status(r, w):
    d = r.added(w)
    time.sleep(1.1)
    r.sh("dv status >/dev/null", d)
    ours = st.median(r.time("dv status", d) for _ in range(5))
    rss = r.rss
    d = r.fresh()
    r.data(w, d)
    r.sh("cd wt && git init -q && git config gc.auto 0 &&"
         " git -c core.compression=0 add -A && git commit -qm x", d)
    time.sleep(1.1)
    r.sh("cd wt && git status >/dev/null", d)
    theirs = st.median(r.time("git status", d + "/wt") for _ in range(5))
    return ours, theirs, f"{rss >> 10} MiB"


@bar(0.7, "status W2, nothing changed / git status")
def status_w2(r):
    return status(r, "W2")


@bar(0.7, "status W6, nothing changed / git status (at most 250 MB)")
def status_w6(r):
    return status(r, "W6")


def checkout(r, w):
    d = r.added(w)
    r.sh("mkdir trash && mv wt trash/; cat .git/dv/packs/* >/dev/null", d)
    ours = r.time("dv checkout -q", d, sync=True)
    rss = r.rss
    r.sh("diff -rq wt trash/wt", d)
    d = r.fresh()
    r.data(w, d)
    return ours, r.time("cp -r wt copy", d, sync=True), f"{rss >> 10} MiB"


@bar(0.7, "checkout W2 into an empty tree / cp -r + sync")
def checkout_w2(r):
    return checkout(r, "W2")


@bar(1.2, "checkout W1 into an empty tree / cp + sync")
def checkout_w1(r):
    return checkout(r, "W1")


@bar(1.0, "commit of one file among a million / 1 s (objects: 200 KiB)")
def commit_w6(r):
    d = r.fresh()
    r.repo(d)
    r.data("W6", d)
    t = r.time("dv add -q wt", d)
    rss = r.rss
    r.sh("dv commit -q -m one", d)
    f = subprocess.run("find wt -type f | head -1", shell=True, cwd=d,
                       capture_output=True, text=True).stdout.strip()
    r.sh(f"echo x >>{f}", d)
    b0 = r.store_bytes(d)
    t1 = r.time(f"dv add -q {f}", d)
    rss = max(rss, r.rss)
    ours = r.time("dv commit -q -m two", d)
    more = r.store_bytes(d) - b0
    k = r.each("dv diff --name-only wt@latest wt", d, 10)
    r.sh("dv log -n 2 wt >/dev/null", d)
    v = subprocess.run(["dv", "show-ref", "wt"], cwd=d, env=r.env,
                       capture_output=True, text=True).stdout.split()[1::3]
    k2 = r.each(f"dv diff --name-only wt@{v[0]} wt@{v[1]}", d, 10)
    return ours, 1.0, (f"add all {t:.2f} s, add one {t1:.2f} s, {rss >> 10}"
                       f" MiB, store +{more >> 10} KiB, diff of the two"
                       f" {(k2 - k) * 1e3:+.1f} ms beyond an empty diff")


@bar(1.2, "start-up: hash-object of 1 byte / git hash-object")
def startup_hash(r):
    d = r.fresh()
    r.sh("printf x >f", d)
    return (r.each("dv hash-object f", d, 200),
            r.each("git hash-object f", d, 200), "")


@bar(1.0, "start-up: what opens git (rev-parse --store-dir) / 10 ms")
def startup_git(r):
    d = r.fresh()
    r.repo(d)
    return r.each("dv rev-parse --store-dir", d, 100), 0.010, ""


@bar(1.2, "whence of 1 GiB among a hundred versions / xxhsum -H2")
def whence_1g(r):
    d = r.fresh()
    r.repo(d)
    r.data("W5", d)
    r.sh("mkdir many; for i in $(seq 100); do for j in $(seq 50); do"
         " echo $i.$j >many/f$j.$i; done; dv add -q many; dv commit -q -m $i"
         " --set i=$i; done; dv add -q wt; dv commit -q -m big", d)
    r.sh("cp wt/table.csv stray; cat stray >/dev/null", d)
    peer = {"xxh128": "xxhsum -H2", "sha256": "openssl dgst -sha256"}[r.fmt]
    return r.time("dv whence stray", d), r.time(f"{peer} stray", d), ""

remotebars.add(bar)


def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--dv", required=True)
    p.add_argument("--data", required=True)
    p.add_argument("--scratch", required=True)
    p.add_argument("--gen", default="")
    p.add_argument("-n", "--runs", type=int, default=3)
    p.add_argument("--fs", default="", help="image file of a loop device")
    p.add_argument("--fs-size", default="30G")
    p.add_argument("--fill", default="", help="sparse file for fillcache.sh")
    p.add_argument("--object-format", default="xxh128",
                   choices=["xxh128", "sha256"])
    p.add_argument("bars", nargs="*")
    a = p.parse_args()
    a.dv, a.data = os.path.abspath(a.dv), os.path.abspath(a.data)
    a.scratch = os.path.abspath(a.scratch)
    a.gen = os.path.abspath(a.gen or HERE + "/gen")
    os.makedirs(a.scratch, exist_ok=True)
    r, missed = Run(a), 0
    for name in a.bars or BARS:
        limit, what, fn, unit = BARS[name]
        if a.object_format == "sha256" and name in HASHED:
            limit *= 2
        if not os.path.exists(a.data + "/W6") and name.endswith("w6"):
            print(f"{name}: skipped, no W6", flush=True)
            continue
        got = [fn(r) for _ in range(a.runs)]
        ours, theirs = ([g[i] for g in got] for i in (0, 1))
        q = st.median(ours) / st.median(theirs)
        ok = not limit or (q <= limit and "MORE THAN" not in got[-1][2])
        missed += not ok
        if unit:
            print(f"{'ok  ' if ok else 'MISS'} {name}: {q:.4g} {unit} "
                  f"(bar {limit or 'none'}); {what}; {got[-1][2]}", flush=True)
            continue
        print(f"{'ok  ' if ok else 'MISS'} {name}: {q:.2f} (bar {limit}) "
              f"{st.median(ours):.4f} [{min(ours):.4f}..{max(ours):.4f}] / "
              f"{st.median(theirs):.4f} [{min(theirs):.4f}.."
              f"{max(theirs):.4f}] s; {what}; {got[-1][2]}", flush=True)
    sys.exit(missed > 0)


main()
