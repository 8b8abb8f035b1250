# SPDX-License-Identifier: GPL-3.0-or-later
# Scenarios side by side, at most the first 40, with their intervals: summary.csv.
dir = ARG1; lang = ARG2; format = ARG4; out = ARG5
file = dir."/summary.csv"
set datafile separator comma
set datafile columnheaders
stats file using "p_depletion" nooutput
rows = STATS_records < 40 ? STATS_records : 40
height = 140 + 26 * rows
load "style.gp"
name(x) = strlen(strcol("label")) > 0 ? strcol("label") : strcol(1)
shown(x) = column(0) < rows ? x : NaN
never(x) = column("p_depletion") == 0 ? shown(x) : NaN
# Without a hit the bound to quote is the one-sided one.
upper(x) = column("p_depletion") == 0 ? column("p_depletion_upper95") : column("p_depletion_hi95")
# A book without any target has no chart of it.
stats file using (column("p_target") >= 0 ? 1 : 0) nooutput name "T"

set multiplot
set border 1
set yrange [rows - 0.4 : -0.6]
set grid xtics noytics
set tmargin at screen 1 - 60.0 / height
set bmargin at screen 70.0 / height
set xrange [0:*]
set format x "%g %%"
set xtics out nomirror
set pointsize 0.8

set lmargin at screen 0.30
set rmargin at screen (T_max > 0 ? 0.62 : 0.95)
set title L("不能足额赔付的概率", "pool once cannot pay in full")
set xlabel L("概率与 95% 区间", "probability, 95 % interval")
set ytics scale 0
plot file using (shown(100 * column("p_depletion"))):0:(100 * column("p_depletion_lo95")):(100 * upper(0)):ytic(name(0)) \
        with xerrorbars linecolor rgb vermilion linewidth 1.5 pointtype 7 notitle, \
     file using (never(100 * upper(0))):0:(L("未发生", "never seen")) with labels left offset char 1,0 textcolor rgb grey notitle

if (T_max > 0) {
set lmargin at screen 0.70
set rmargin at screen 0.95
set title L("达标概率（按各情景的口径）", "target reached, by each scenario's reading")
set xrange [0:100]
set xtics 25
unset ytics
plot file using (shown(100 * column("p_target"))):0:(100 * column("p_target_lo95")):(100 * column("p_target_hi95")) \
        with xerrorbars linecolor rgb blue linewidth 1.5 pointtype 7 notitle
}
unset multiplot
