/* SPDX-License-Identifier: MIT */
#include "plumbing/common/command.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/path.h"
#include "base/tmpfile.h"

/* The errno of the first write that failed; 0 while none has. */
static int failed;

/*
 * The buffer is given to stdio before the first byte: commands write
 * records by the million, and 4 KiB a write(2) is most of their time.
 */
static void prepare(void)
{
	static char buf[1 << 16];
	static bool done;

	if (!done)
		setvbuf(stdout, buf, _IOFBF, sizeof(buf));
	done = true;
}

static void note(bool ok)
{
	if (!ok && !failed)
		failed = errno ? errno : EIO;
}

void dv_out(const char *fmt, ...)
{
	va_list ap;

	prepare();
	va_start(ap, fmt);
	note(vprintf(fmt, ap) >= 0);
	va_end(ap);
}

void dv_out_bytes(const void *p, size_t n)
{
	prepare();
	note(fwrite_unlocked(p, 1, n, stdout) == n);
}

void dv_out_char(char c)
{
	prepare();
	note(putchar_unlocked(c) != EOF);
}

void dv_out_path(const char *path, size_t n, char eol)
{
	struct dv_buf quoted = DV_BUF_INIT;

	if (!eol) {
		dv_out_bytes(path, n);
		return;
	}
	dv_path_quote(&quoted, path, n);
	dv_out_bytes(dv_buf_cstr(&quoted), quoted.len);
	dv_buf_release(&quoted);
}

/* Nobody reads us: end as `yes | head` does, without a word. */
static void die_of_sigpipe(void)
{
	dv_tmpfile_remove_all();
	signal(SIGPIPE, SIG_DFL);
	raise(SIGPIPE);
	_Exit(141);
}

void dv_out_push(void)
{
	note(fflush(stdout) == 0);
}

int dv_out_flush(struct dv_err *err)
{
	dv_out_push();
	if (!failed)
		return 0;
	if (failed == EPIPE)
		die_of_sigpipe();
	errno = failed;
	dv_err_sys(err, "cannot write to standard output");
	if (failed == ENOSPC || failed == EDQUOT)
		dv_err_hint(err, "free some space, then run this again");
	return -err->code;
}
