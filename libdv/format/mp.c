/* SPDX-License-Identifier: MIT */
#include "format/mp.h"

#include <msgpack.h>

static int append(void *data, const char *p, size_t n)
{
	dv_buf_add(data, p, n);
	return 0;
}

static msgpack_packer packer(struct dv_buf *out)
{
	msgpack_packer pk = { out, append };

	return pk;
}

void dv_mp_write_nil(struct dv_buf *out)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_nil(&pk);
}

void dv_mp_write_bool(struct dv_buf *out, bool b)
{
	msgpack_packer pk = packer(out);

	if (b)
		msgpack_pack_true(&pk);
	else
		msgpack_pack_false(&pk);
}

void dv_mp_write_int(struct dv_buf *out, int64_t i)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_int64(&pk, i);
}

void dv_mp_write_uint(struct dv_buf *out, uint64_t u)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_uint64(&pk, u);
}

void dv_mp_write_real(struct dv_buf *out, double real)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_double(&pk, real);
}

void dv_mp_write_str(struct dv_buf *out, const char *s, size_t n)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_str(&pk, n);
	msgpack_pack_str_body(&pk, s, n);
}

void dv_mp_write_bin(struct dv_buf *out, const void *p, size_t n)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_bin(&pk, n);
	msgpack_pack_bin_body(&pk, p, n);
}

void dv_mp_write_bigint(struct dv_buf *out, const char *digits, size_t n)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_ext(&pk, n, DV_MP_EXT_BIGINT);
	msgpack_pack_ext_body(&pk, digits, n);
}

void dv_mp_write_array(struct dv_buf *out, size_t n)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_array(&pk, n);
}

void dv_mp_write_map(struct dv_buf *out, size_t n)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_map(&pk, n);
}
