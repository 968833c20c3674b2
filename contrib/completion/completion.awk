# SPDX-License-Identifier: MIT
# commands.list + a template -> the template with its line of commands.
# -v shell=bash: "add commit ..."; -v shell=zsh: 'add:put datasets ...'
FNR == NR {
	split($0, field, "\t")
	if (shell == "bash") {
		list = list (list ? " " : "") field[1]
	} else {
		gsub(/'/, "'\\''", field[3])
		list = list "\t\t'" field[1] ":" field[3] "'\n"
	}
	next
}
/@COMMANDS@/ {
	if (shell == "bash")
		sub(/@COMMANDS@/, list)
	else {
		printf "%s", list
		next
	}
}
{ print }
