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
set rmargin at screen 0.62
set title L("不能足额赔付的概率", "pool once cannot pay in full")
set xlabel L("概率与 95% 区间", "probability, 95 % interval")
set ytics scale 0
plot file using (shown(100 * column("p_depletion"))):0:(100 * column("p_depletion_lo95")):(100 * column("p_depletion_hi95")):ytic(name(0)) \
        with xerrorbars linecolor rgb vermilion linewidth 1.5 pointtype 7 notitle, \
     file using (never(100 * column("p_depletion_hi95"))):0:(L("未发生", "never seen")) with labels left offset char 1,0 textcolor rgb grey notitle

set lmargin at screen 0.70
set rmargin at screen 0.95
set title L("累计达标概率", "target reached over the whole plan")
set xrange [0:100]
set xtics 25
unset ytics
plot file using (shown(100 * column("p_target_cumulative"))):0:(100 * column("p_target_cumulative_lo95")):(100 * column("p_target_cumulative_hi95")) \
        with xerrorbars linecolor rgb blue linewidth 1.5 pointtype 7 notitle
unset multiplot
