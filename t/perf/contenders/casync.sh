# SPDX-License-Identifier: MIT
# casync make/extract with a chunk store (zstd chunks, 64 KiB average); no push of its own
W="--with=permissions --with=symlinks --with=sec-time"
case $1 in
setup) mkdir -p "$STORE" ;;
add|readd|status) casync make $W --store="$STORE/s.castr" "$STORE/x.caidx" "$WT" ;;
push_prep|push|clone_prep|clone|edit_prep) exit 64 ;;
checkout_prep) mkdir -p "$OUT"; echo "$OUT" >"$RUN/outdir" ;;
checkout) casync extract $W --store="$STORE/s.castr" "$STORE/x.caidx" "$OUT" ;;
store) echo "$STORE" ;;
esac
