/* SPDX-License-Identifier: MIT */
#include "porcelain/push-parts.h"

#include <stdlib.h>

#include "porcelain/human.h"

/* --- for programs ----------------------------------------------------------- */

static const char *word(const struct dv_publish_told *t)
{
	static const char *const words[] = {
		[DV_PUBLISH_NOTHING] = "same", [DV_PUBLISH_NEW] = "new",
		[DV_PUBLISH_MOVED] = "moved", [DV_PUBLISH_ALONE] = "alone",
		[DV_PUBLISH_BEHIND] = "behind", [DV_PUBLISH_BESIDE] = "beside"
	};

	return words[t->outcome];
}

static void put_line(const struct dv_publish_told *t)
{
	dv_out("%s\t%s\t%s\t%s\t", t->tag ? "tag" : "version", word(t),
	       t->fresh ? "sent" : "there", t->id);
	dv_out("%s\t%s/", *t->there ? t->there : "-", t->name_space);
	dv_out_path(t->dataset, strlen(t->dataset), '\n');
	if (t->tag)
		dv_out("@%s", t->tag);
	dv_out_char('\n');
}

/* --- for people -------------------------------------------------------------- */

static void add_id(struct dv_push *p, const struct dv_publish_told *t,
		   const char *id, struct dv_buf *b)
{
	char *shown = dv_versions_show_id(p->s.versions, t->dataset, id);

	dv_buf_str(b, shown);
	free(shown);
}

/* "data  3f2a1bc90d-9d8e7f6a -> origin/lab/data" */
static void begin_line(struct dv_push *p, const struct dv_publish_told *t,
		       struct dv_buf *b)
{
	const char *at = t->tag ? "@" : "", *tag = t->tag ? t->tag : "";

	dv_buf_printf(b, "%s%s%s  ", t->dataset, at, tag);
	add_id(p, t, t->id, b);
	dv_buf_printf(b, " -> %s/%s/%s%s%s", p->remote.conn->name,
		      t->name_space, t->dataset, at, tag);
}

static void say_version(struct dv_push *p, const struct dv_publish_told *t)
{
	struct dv_buf b = DV_BUF_INIT;

	begin_line(p, t, &b);
	switch (t->outcome) {
	case DV_PUBLISH_NEW:
		dv_buf_str(&b, " (latest)");
		break;
	case DV_PUBLISH_NOTHING:
		dv_buf_str(&b, " (is latest)");
		break;
	case DV_PUBLISH_MOVED:
		dv_buf_str(&b, " (was there; latest now)");
		break;
	case DV_PUBLISH_ALONE:
		if (!t->fresh)
			dv_buf_str(&b, " (was there)");
		break;
	case DV_PUBLISH_BEHIND:
		dv_buf_printf(&b, " (%s; latest descends from it)",
			      t->fresh ? "pushed" : "was there");
		break;
	case DV_PUBLISH_BESIDE:
		dv_buf_printf(&b, " (%s, latest not moved: it is at ",
			      t->fresh ? "pushed" : "was there");
		add_id(p, t, t->there, &b);
		dv_buf_str(&b, ", which this one does not descend from)");
	}
	dv_say("%s", dv_buf_cstr(&b));
	dv_buf_release(&b);
	if (t->outcome == DV_PUBLISH_BESIDE)
		dv_hint("dv fetch brings that one; dv push --force moves "
			"latest to yours");
}

static void say_tag(struct dv_push *p, const struct dv_publish_told *t)
{
	struct dv_buf b = DV_BUF_INIT;

	if (t->outcome == DV_PUBLISH_BESIDE) {
		add_id(p, t, t->there, &b);
		dv_error("tag '%s@%s' is at %s there, and at another version "
			 "here", t->dataset, t->tag, dv_buf_cstr(&b));
		dv_hint("dv push --force moves it");
		dv_buf_release(&b);
		return;
	}
	begin_line(p, t, &b);
	if (t->outcome == DV_PUBLISH_NOTHING)
		dv_buf_str(&b, " (was there)");
	else
		dv_buf_str(&b, t->fresh ? " (new tag)" : " (moved)");
	dv_say("%s", dv_buf_cstr(&b));
	dv_buf_release(&b);
}

void dv_push_tell(void *arg, const struct dv_publish_told *t)
{
	struct dv_push *p = arg;
	bool beside = t->outcome == DV_PUBLISH_BESIDE;
	bool news = t->fresh || beside || t->outcome == DV_PUBLISH_MOVED;

	if (t->tag && beside)
		p->refused = true;
	if (p->porcelain)
		put_line(t);
	p->told |= news;
	if ((p->porcelain || p->remote.quiet || !news) && !beside &&
	    !(p->remote.verbose && !p->porcelain))
		return;
	if (t->tag)
		say_tag(p, t);
	else
		say_version(p, t);
}

void dv_push_tell_lack(void *arg, const struct dv_err *why)
{
	(void)arg;
	dv_error("%s", why->msg);
	if (*why->hint)
		dv_hint("%s", why->hint);
}

void dv_push_tell_total(struct dv_push *p)
{
	const struct dv_rput_stats *s = &p->pub.stats;
	char count[DV_HUMAN_MAX], objects[DV_HUMAN_MAX], size[DV_HUMAN_MAX];
	char wire[DV_HUMAN_MAX], saved[DV_HUMAN_MAX];
	struct dv_buf b = DV_BUF_INIT;

	if (p->remote.quiet || p->porcelain)
		return;
	if (p->pub.left) {
		dv_say("%s there %s not looked at: %s here", dv_human_count(
			       count, p->pub.left, "version", "versions"),
		       p->pub.left == 1 ? "was" : "were",
		       p->pub.left == 1 ? "its list of files is not" :
					  "their lists of files are not");
		dv_hint("dv fetch --all brings them");
	}
	if (!p->told && !p->pub.versions && !s->objects) {
		dv_say("nothing new: all is there");
		return;
	}
	if (!p->pub.versions && !s->objects)	/* tags alone */
		return;
	dv_buf_printf(&b, "%s%s; %s %s, %s",
		      p->pub.dry_run ? "dry run: " : "",
		      dv_human_count(count, p->pub.versions, "version",
				     "versions"),
		      dv_human_count(objects, s->objects, "object", "objects"),
		      p->pub.dry_run ? "to send" : "sent",
		      dv_human_size(size, s->bytes));
	if (!p->pub.dry_run && s->packs)
		dv_buf_printf(&b, " as %s in %" PRIu32 " pack%s",
			      dv_human_size(wire, s->wire), s->packs,
			      s->packs == 1 ? "" : "s");
	dv_buf_printf(&b, "; %" PRIu64 " reused", s->reused);
	if (p->remote.verbose)
		dv_buf_printf(&b, ", %s saved",
			      dv_human_size(saved, s->reused_bytes));
	dv_say("%s", dv_buf_cstr(&b));
	dv_buf_release(&b);
}
