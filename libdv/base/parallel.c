/* SPDX-License-Identifier: MIT */
#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"

#define THREADS_MAX 256

struct job {
	atomic_size_t next;		/* first piece not handed out */
	atomic_bool stop;
	size_t total, batch;
	dv_parallel_fn *fn;
	void *arg;

	pthread_mutex_t lock;		/* for what follows */
	size_t failed;			/* first piece of the failed batch */
	int rc;
	struct dv_err *err;
};

struct worker {
	struct job *job;
	int w;
	pthread_t thread;
};

int dv_parallel_threads(void)
{
	const char *env = getenv("DV_THREADS");
	cpu_set_t set;
	long n = env ? strtol(env, NULL, 10) : 0;

	if (n < 1 && !sched_getaffinity(0, sizeof(set), &set))
		n = CPU_COUNT(&set);
	if (n < 1)
		return 1;
	return n > THREADS_MAX ? THREADS_MAX : (int)n;
}

/*
 * Batches are handed out in order, so every batch before a failed one was
 * begun and is finished: keeping the failure of the lowest batch reports
 * the same one however threads were scheduled.
 */
static void note_failure(struct job *job, size_t first, int rc,
			 const struct dv_err *err)
{
	atomic_store(&job->stop, true);
	pthread_mutex_lock(&job->lock);
	if (!job->rc || first < job->failed) {
		job->failed = first;
		job->rc = rc;
		*job->err = *err;
	}
	pthread_mutex_unlock(&job->lock);
}

static void work(struct job *job, int w)
{
	struct dv_err err = DV_ERR_INIT;

	while (!atomic_load_explicit(&job->stop, memory_order_relaxed)) {
		size_t first = atomic_fetch_add(&job->next, job->batch);
		size_t n;
		int rc;

		if (first >= job->total)
			break;
		n = job->total - first;
		if (n > job->batch)
			n = job->batch;

		rc = job->fn(job->arg, w, first, n, &err);
		if (rc < 0) {
			note_failure(job, first, rc, &err);
			break;
		}
	}
}

static void *thread_main(void *arg)
{
	struct worker *worker = arg;

	work(worker->job, worker->w);
	return NULL;
}

/* How many workers the pieces can feed. */
static int count_workers(size_t total, size_t batch, int threads)
{
	size_t batches = total / batch + (total % batch != 0);

	if (threads <= 0)
		threads = dv_parallel_threads();
	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	return batches < (size_t)threads ? (int)batches : threads;
}

/*
 * Start workers 1 .. n-1 with every signal blocked, so that handlers run
 * in the caller.  Where the system gives fewer threads, the ones there
 * are do the work.  Returns how many were started.
 */
static int start(struct worker *workers, int n, struct job *job)
{
	sigset_t all, before;
	int started = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (started < n - 1) {
		struct worker *worker = &workers[started];

		worker->job = job;
		worker->w = started + 1;
		if (pthread_create(&worker->thread, NULL, thread_main, worker))
			break;
		started++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

int dv_parallel_for(size_t total, size_t batch, int threads,
		    dv_parallel_fn *fn, void *arg, struct dv_err *err)
{
	struct job job = { .total = total, .batch = batch ? batch : 1,
			   .fn = fn, .arg = arg, .err = err,
			   .lock = PTHREAD_MUTEX_INITIALIZER };
	struct worker *workers = NULL;
	int started = 0;
	int n;

	if (job.batch > total)
		job.batch = total ? total : 1;
	n = count_workers(total, job.batch, threads);
	if (n > 1) {
		workers = dv_calloc((size_t)n, sizeof(*workers));
		started = start(workers, n, &job);
	}
	work(&job, 0);
	for (int i = 0; i < started; i++)
		pthread_join(workers[i].thread, NULL);

	pthread_mutex_destroy(&job.lock);
	free(workers);
	return job.rc;
}
