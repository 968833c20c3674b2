# SPDX-License-Identifier: MIT
# commands.list -> the table that "dv help" prints.
BEGIN {
	FS = "\t"
	print "/* Made from commands.list. */"
	print "static const struct {"
	print "\tconst char *name, *class, *summary;"
	print "} commands[] = {"
}
{ printf "\t{ \"%s\", \"%s\", \"%s\" },\n", $1, $2, $3 }
END { print "};" }
