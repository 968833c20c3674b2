# SPDX-License-Identifier: MIT
# commands.list -> the list of one class of commands in dv(1).
BEGIN { FS = "\t" }
$2 == class { printf "*dv-%s*(1)::\n\t%s\n", $1, $3 }
