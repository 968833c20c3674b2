# SPDX-License-Identifier: MIT
"""The bars of remotes, for bars.py: a directory and a Ceph of our own on
127.0.0.1, which keeps objects in memory, started anew for each run.  rclone
is asked for its best: parts of 16 MiB, sixteen at once, no checksum of its
own; eight streams down.  Bytes on the wire are what relay.py counted, requests
what t/helper/test-proxy wrote down.
"""
import os, shutil, subprocess, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CEPH = HERE + "/../servers/ceph-s3"
MIB = 1 << 20
MEMORY = 150 * MIB

RCLONE = ("rclone -q --s3-chunk-size 16M --s3-upload-concurrency 16"
          " --s3-upload-cutoff 16M --s3-disable-checksum --s3-no-check-bucket"
          " --s3-no-head --multi-thread-streams 8 --multi-thread-cutoff 16M")


class Store:
    """A Ceph with a bucket, and what stands in front of it."""

    def __init__(self, r, gib=2):
        self.r, self.dir = r, tempfile.mkdtemp(prefix="dv-ceph-")
        self.ends = []
        for k in [k for k in r.env if k.startswith("AWS_")]:
            del r.env[k]
        env = dict(os.environ, CEPH_S3_STORE="memstore",
                   CEPH_S3_SIZE=str(gib << 30))
        subprocess.run([CEPH, "start", self.dir], env=env, check=True,
                       stderr=subprocess.DEVNULL)
        out = subprocess.run([CEPH, "env", self.dir], env=env, check=True,
                             capture_output=True, text=True).stdout
        for line in out.splitlines():
            k, v = line[len("export "):].split("=", 1)
            r.env[k] = v.strip("'")
        self.port = int(r.env["S3_ENDPOINT"].rsplit(":", 1)[1])
        r.env.update(RCLONE_CONFIG=self.dir + "/rclone.conf",
                     AWS_EC2_METADATA_SERVICE_ENDPOINT="http://127.0.0.1:9/",
                     AWS_CONFIG_FILE="/dev/null",
                     AWS_SHARED_CREDENTIALS_FILE="/dev/null",
                     RCLONE_CONFIG_C_TYPE="s3", RCLONE_CONFIG_C_PROVIDER="Ceph",
                     RCLONE_CONFIG_C_ENV_AUTH="true",
                     RCLONE_CONFIG_C_ENDPOINT=r.env["S3_ENDPOINT"])
        r.sh("rclone -q mkdir C:bench", "/")

    def url(self, port=0):
        return (f"s3://bench/dv?endpoint=http://127.0.0.1:"
                f"{port or self.port}")

    def relay(self):
        """Its port; counted() are the bytes that went through since."""
        p = subprocess.Popen([HERE + "/relay.py", str(self.port),
                              self.dir + "/bytes"], stdout=subprocess.PIPE,
                             stdin=subprocess.PIPE, text=True)
        self.ends.append(p)
        return int(p.stdout.readline())

    def counted(self):
        return int(open(self.dir + "/bytes").read())

    def proxy(self, delay=0):
        """Its port; requests() were made through it since the last call."""
        d = self.dir + "/proxy"
        os.mkdir(d)
        with open(d + "/rules", "w") as f:
            f.write(f"* * * delay {delay}\n" if delay else "* * * pass\n")
        program = os.path.dirname(self.r.a.dv) + "/../t/helper/test-proxy"
        p = subprocess.Popen([program, d, str(self.port)],
                             stdin=subprocess.PIPE)
        self.ends.append(p)
        while not os.path.exists(d + "/port") or not os.path.getsize(
                d + "/port"):
            pass
        return int(open(d + "/port").read())

    def requests(self):
        log = self.dir + "/proxy/log"
        n = 0
        if os.path.exists(log):
            with open(log) as f:
                n = sum(1 for _ in f)
            os.truncate(log, 0)
        return n

    def __enter__(self):
        return self

    def __exit__(self, *what):
        for p in self.ends:
            p.stdin.close()
            p.wait()
        subprocess.run([CEPH, "stop", self.dir], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.dir, ignore_errors=True)


def committed(r, w, url):
    """A repository with w committed, pointers too, and a remote at url."""
    d = r.added(w)
    r.sh("git add -A && git commit -qm data && "
         f"dv remote add origin '{url}'", d)
    return d


def clone(r, d, url, name="clone"):
    r.sh(f"git clone -q {d} {name} && cd {name} && "
         f"dv remote add origin '{url}'", os.path.dirname(d))
    return os.path.dirname(d) + "/" + name


def memory(kib):
    over = kib << 10 > MEMORY
    return f"{kib >> 10} MiB" + (" (MORE THAN 150 MiB)" if over else "")


def same(r, a, b):
    r.sh(f"diff -rq {a}/wt {b}/wt", "/")


def push_w2_dir(r):
    d = committed(r, "W2", r.a.scratch + "/remote")
    ours = r.time("dv push -q", d, sync=True)
    rss = r.rss
    d = r.fresh()
    r.data("W2", d)
    return ours, r.time("cp -r wt copy", d, sync=True), memory(rss)


def tar_of(r, w):
    d = r.fresh()
    r.data(w, d)
    r.sh("tar cf tar wt; cat tar >/dev/null", d)
    return d


def push_w2(r):
    with Store(r) as s:
        d = committed(r, "W2", s.url())
        ours = r.time("dv push -q", d)
        rss = r.rss
    with Store(r) as s:
        d = tar_of(r, "W2")
        theirs = r.time(f"{RCLONE} copyto tar C:bench/tar", d)
    return ours, theirs, memory(rss)


def pull_w2(r):
    with Store(r) as s:
        d = committed(r, "W2", s.url())
        r.sh("dv push -q", d)
        c = clone(r, d, s.url())
        ours = r.time("dv pull -q", c, sync=True)
        rss = r.rss
        same(r, d, c)
    with Store(r) as s:
        d = tar_of(r, "W2")
        r.sh(f"{RCLONE} copyto tar C:bench/tar && rm -r tar wt", d)
        theirs = r.time(f"{RCLONE} copyto C:bench/tar tar && tar xf tar", d,
                        sync=True)
    return ours, theirs, memory(rss)


def push_w1(r):
    with Store(r, 10) as s:
        d = committed(r, "W1", s.url())
        ours = r.time("dv push -q", d)
        rss = r.rss
    with Store(r, 10) as s:
        d = r.fresh()
        r.data("W1", d)
        theirs = r.time(f"{RCLONE} copyto wt/big.bin C:bench/big", d)
    return ours, theirs, memory(rss)


def pull_w1(r):
    with Store(r, 10) as s:
        d = committed(r, "W1", s.url())
        r.sh("dv push -q", d)
        c = clone(r, d, s.url())
        ours = r.time("dv pull -q", c, sync=True)
        rss = r.rss
        same(r, d, c)
    with Store(r, 10) as s:
        d = r.fresh()
        r.data("W1", d)
        r.sh(f"{RCLONE} copyto wt/big.bin C:bench/big && rm wt/big.bin", d)
        theirs = r.time(f"{RCLONE} copyto C:bench/big wt/big.bin", d,
                        sync=True)
    return ours, theirs, memory(rss)


def wire_w1(r):
    with Store(r, 10) as s:
        d = committed(r, "W1", s.url(s.relay()))
        r.sh("dv push -q", d)
        r.sh(f"{r.a.gen} flip wt/big.bin -1; dv add -q wt;"
             " dv commit -q -m two; git commit -qam two", d)
        before = s.counted()
        t = r.time("dv push -q", d)
        return ((s.counted() - before) / MIB, 1,
                f"{t:.2f} s, {memory(r.rss)}")


def push_nothing(r):
    with Store(r) as s:
        d = committed(r, "W2", s.url(s.proxy()))
        r.sh("dv push -q", d)
        first = s.requests()
        t = r.time("dv push -q", d)
        return s.requests(), 1, f"{t:.3f} s; the first push: {first} requests"


def ls_w6(r):
    with Store(r, 4) as s:
        d = committed(r, "W6", s.url())
        rss = r.time("dv push -q", d) and r.rss
        sub = os.listdir(d + "/wt")[0]
        note = f"the push: {memory(rss)}"
        c = clone(r, d, s.url(s.proxy()))
        t = r.time(f"dv ls -r wt:{sub}/ >out && test $(wc -l <out) = 1000", c)
        n = s.requests()
        note = f"{t:.3f} s, {memory(r.rss)}; {note}"
        c = clone(r, d, s.url(s.relay()), "clone2")
        r.sh(f"dv ls -r wt:{sub}/", c)
        sent = s.counted() / MIB
        if sent > 2:
            note += " (MORE THAN 2 MiB)"
        return n, 1, f"{sent:.2f} MiB on the wire, {note}"


def far_w2(r):
    with Store(r) as s:
        url = s.url(s.proxy(50))
        d = committed(r, "W2", url)
        push = r.time("dv push -q", d)
        pushed = s.requests()
        c = clone(r, d, url)
        pull = r.time("dv pull -q", c)
        return push + pull, 1, (f"push {push:.2f} s, {pushed} requests; pull "
                                f"{pull:.2f} s, {s.requests()} requests")


def add(bar):
    bar(0.3, "push W2 to a directory, synced / cp -r + sync")(push_w2_dir)
    bar(1.3, "push W2 to Ceph / rclone copyto of one tar of it")(push_w2)
    bar(1.0, "pull W2 from Ceph, synced / rclone copyto of the tar, tar xf,"
        " sync")(pull_w2)
    bar(1.2, "push W1 to Ceph / rclone copyto")(push_w1)
    bar(1.2, "pull W1 from Ceph, synced / rclone copyto + sync")(pull_w1)
    bar(1, "push of W1, one byte changed: on the wire", unit="MiB")(wire_w1)
    bar(2, "push with nothing new", unit="requests")(push_nothing)
    bar(10, "ls -r of a thousand of a million files, nothing cached"
        " (at most 2 MiB)", unit="requests")(ls_w6)
    bar(0, "push and pull W2, each request 50 ms away", unit="s")(far_w2)
