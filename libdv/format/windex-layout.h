/* SPDX-License-Identifier: MIT */
#ifndef DV_FORMAT_WINDEX_LAYOUT_H
#define DV_FORMAT_WINDEX_LAYOUT_H

/*
 * Offsets of dv-format-index(5), for the files of windex alone.  All
 * integers are big-endian.
 *
 *	header | entries | directories | extras | names | heap
 */

#define WINDEX_MAGIC "DVWI"
#define WINDEX_FORMAT 1

/* Header, DV_WINDEX_HEADER bytes. */
#define H_FORMAT 4
#define H_ALGO 5
#define H_ENTRIES 8		/* u32 */
#define H_DIRS 12		/* u32 */
#define H_EXTRAS 16		/* u32 */
#define H_ZERO 20
#define H_NAMES 24		/* u64, bytes */
#define H_HEAP 32		/* u64, bytes */
#define H_FILES 40
#define H_SIZE 48
#define H_MANIFEST 56		/* 32 bytes */
#define H_VERSION 88		/* 128 bytes */
#define H_BODY 216		/* checksum of all behind the header */
#define H_END 224		/* zeros from here to the checksum */
#define H_CHECK 248		/* checksum of the header before it */

/* Entry: 48 bytes and the digest. */
#define E_SIZE 0
#define E_MTIME 8
#define E_CTIME 16
#define E_INO 24
#define E_NAME 32		/* u64, offset in names */
#define E_DIR 40		/* u32 */
#define E_LEN 44		/* u16 */
#define E_MODE 46		/* u8, code below */
#define E_FLAGS 47
#define E_ID 48

/* Directory. */
#define D_MTIME 0
#define D_CTIME 8
#define D_INO 16
#define D_PATH 24		/* u64, offset in names */
#define D_FIRST 32
#define D_ENTRIES 36
#define D_DIRS 40
#define D_LEN 44		/* u16 */
#define D_ZERO 46
#define D_BYTES 48

/* Extra: ascending by (entry, kind). */
#define X_ENTRY 0		/* u32; WINDEX_ROOT: the dataset */
#define X_KIND 4		/* u32 */
#define X_OFFSET 8		/* u64, in the heap */
#define X_LEN 16		/* u32 */
#define X_ZERO 20
#define X_BYTES 24

#define WINDEX_ROOT 0xffffffffu
#define WINDEX_X_META 1
#define WINDEX_X_VALUE 2

#define WINDEX_MODES \
	{ 0, DV_MODE_FILE, DV_MODE_EXEC, DV_MODE_LINK, DV_MODE_DIR, \
	  DV_MODE_VALUE, DV_MODE_REF }

#endif
