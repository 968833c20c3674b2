/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/parallel.h"
#include "store/odb.h"

/*
 * The kernel takes longer to copy out of its cache than XXH3 for the same
 * bytes.  So two threads read what is large, a step each in turn, and
 * while one hashes its step the other one's is being copied.
 */
#define HEAD (64u << 10)	/* without asking for memory */
#define STEP (256u << 10)
#define READERS 2
#define LARGE (8u << 20)	/* files of that are worth a thread */

struct job {
	int fd;
	struct dv_progress *progress;
	uint64_t start;			/* where step 0 is; UINT64_MAX: there
					   is one reader, it just reads */
	pthread_mutex_t lock;		/* for what follows */
	pthread_cond_t moved;
	uint64_t next, turn;		/* step to be read, to be hashed */
	bool ended;
	struct dv_hasher *hasher;
	uint64_t size;
};

static int read_failed(struct dv_err *err)
{
	return dv_err_sys(err, "cannot read the content");
}

static void take(struct job *j, const void *p, size_t n)
{
	dv_hasher_update(j->hasher, p, n);
	dv_progress_add(j->progress, 0, n);
	j->size += n;
}

static ssize_t read_step(struct job *j, uint64_t k, void *p)
{
	if (j->start == UINT64_MAX)
		return dv_read_full(j->fd, p, STEP);
	return dv_pread_full(j->fd, p, STEP, j->start + k * STEP);
}

/* What comes behind the first end that was seen does not count. */
static bool take_turn(struct job *j, uint64_t k, const void *p, ssize_t got)
{
	bool more;

	while (j->turn != k)
		pthread_cond_wait(&j->moved, &j->lock);
	if (!j->ended && got > 0)
		take(j, p, (size_t)got);
	j->ended |= got < (ssize_t)STEP;
	more = !j->ended;
	j->turn++;
	pthread_cond_broadcast(&j->moved);
	return more;
}

static int run_reader(void *arg, int w, size_t first, size_t n,
		      struct dv_err *err)
{
	uint8_t *p = dv_malloc(STEP);
	struct job *j = arg;
	bool more = true;
	int rc = 0;

	(void)w;
	(void)first;
	(void)n;
	pthread_mutex_lock(&j->lock);
	while (more && !j->ended) {
		uint64_t k = j->next++;
		ssize_t got;

		pthread_mutex_unlock(&j->lock);
		got = read_step(j, k, p);
		if (got < 0)
			rc = read_failed(err);
		pthread_mutex_lock(&j->lock);
		more = take_turn(j, k, p, got);
	}
	pthread_mutex_unlock(&j->lock);
	free(p);
	return rc;
}

/* How many readers; two need to know where they are. */
static int plan(struct job *j)
{
	struct stat st;
	off_t at;

	j->start = UINT64_MAX;
	if (fstat(j->fd, &st) || !S_ISREG(st.st_mode) ||
	    st.st_size < LARGE || dv_parallel_threads() < READERS)
		return 1;
	at = lseek(j->fd, 0, SEEK_CUR);
	if (at < 0)
		return 1;
	j->start = (uint64_t)at;
	return READERS;
}

/* The rest of fd, behind the n bytes at head. */
static int hash_rest(struct job *j, enum dv_algo algo, const void *head,
		     size_t n, struct dv_digest *id, struct dv_err *err)
{
	int readers = plan(j), rc;

	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->moved, NULL);
	j->hasher = dv_hasher_new(algo);
	take(j, head, n);
	rc = dv_parallel_for((size_t)readers, 1, readers, run_reader, j, err);
	if (!rc)
		dv_hasher_final(j->hasher, id);
	dv_hasher_free(j->hasher);
	pthread_cond_destroy(&j->moved);
	pthread_mutex_destroy(&j->lock);
	return rc;
}

int dv_odb_hash_fd(enum dv_algo algo, int fd, struct dv_digest *id,
		   uint64_t *size, struct dv_progress *p, struct dv_err *err)
{
	struct job j = { .fd = fd, .progress = p };
	uint8_t head[HEAD];
	ssize_t got = dv_read_full(fd, head, sizeof(head));
	int rc = 0;

	if (got < 0)
		return read_failed(err);
	if ((size_t)got < sizeof(head)) {
		dv_digest_of(id, algo, head, (size_t)got);
		dv_progress_add(p, 0, (uint64_t)got);
		j.size = (uint64_t)got;
	} else {
		rc = hash_rest(&j, algo, head, sizeof(head), id, err);
	}
	if (!rc && size)
		*size = j.size;
	return rc;
}
