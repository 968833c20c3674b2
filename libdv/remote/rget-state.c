/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "remote/rget-parts.h"

#define FAULTS_MAX 100		/* sentences kept */

/* --- faults ------------------------------------------------------------- */

static void add_fault(struct dv_rget *g, char *sentence)
{
	pthread_mutex_lock(&g->lock);
	if (!g->chunks)
		g->stats->missing++;
	if (sentence && g->faults.n < FAULTS_MAX) {
		dv_strlist_take(&g->faults, sentence);
		sentence = NULL;
	} else {
		g->untold++;
	}
	pthread_mutex_unlock(&g->lock);
	free(sentence);
}

void dv_rget_fault(struct dv_rget *g, const char *fmt, ...)
{
	struct dv_buf b = DV_BUF_INIT;
	va_list ap;

	if (!fmt) {
		add_fault(g, NULL);
		return;
	}
	dv_buf_printf(&b, "remote '%s': ", g->c->name);
	va_start(ap, fmt);
	dv_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	add_fault(g, dv_buf_detach(&b, NULL));
}

void dv_rget_blame(struct dv_rget *g, uint32_t pack, const char *why)
{
	struct dv_location_pack info;
	char hex[DV_DIGEST_TEXT];

	dv_rget_pack(&g->source, pack, &info);
	dv_rget_fault(g, "pack %s: %s", dv_digest_hex(hex, &info.id), why);
}

/* --- transactions --------------------------------------------------------- */

int64_t dv_rget_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

int dv_rget_begin(struct dv_rget *g, struct dv_err *err)
{
	pthread_mutex_init(&g->lock, NULL);
	g->published_at = dv_rget_clock();
	return dv_odb_txn_begin_remote(&g->txn, g->odb, err);
}

void dv_rget_end(struct dv_rget *g, dv_rpacks_bad_fn *bad, void *arg)
{
	dv_odb_txn_end(g->txn);
	if (g->untold)
		dv_strlist_take(&g->faults,
				dv_asprintf("remote '%s': %llu more objects "
					    "cannot be had", g->c->name,
					    (unsigned long long)g->untold));
	for (size_t i = 0; bad && i < g->faults.n; i++)
		bad(arg, g->faults.v[i]);
	dv_strlist_release(&g->faults);
	dv_rget_forget_recipes(g);
	free(g->recipes);
	pthread_mutex_destroy(&g->lock);
}

int dv_rget_publish(struct dv_rget *g, struct dv_err *err)
{
	int rc = dv_odb_txn_sync(g->txn, err);

	if (rc < 0)
		return rc;
	g->published += g->unpublished;
	g->unpublished = 0;
	g->published_at = dv_rget_clock();
	return 0;
}

int dv_rget_has_gone(struct dv_rget *g, uint64_t *gone, struct dv_err *err)
{
	uint64_t before = *gone;
	int rc = dv_odb_gone(g->odb, gone, err);

	return rc < 0 ? rc : *gone != before;
}
