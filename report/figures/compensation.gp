# SPDX-License-Identifier: GPL-3.0-or-later
# How much the pool pays out: histogram.csv.
dir = ARG1; lang = ARG2; id = ARG3; format = ARG4; out = ARG5
load "style.gp"
load "scenario.gp"
file = dir."/histogram.csv"
mine(x) = strcol(1) eq id && strcol("metric") eq "compensation_gross" && strcol("bin_lo") ne "" && strcol("bin_hi") ne "" ? x : NaN

set title L("资金池代偿支出的分布：", "Compensation paid by the pool: ").label
set xlabel L("代偿支出（万元）", "compensation, 万元")
set ylabel L("占全部世界的比例", "share of worlds")
set format y "%.0f %%"
set format x "%.0f"
set yrange [0:*]
set xrange [0:*]
set arrow from first pool_wan, graph 0 to first pool_wan, graph 0.93 nohead linecolor rgb vermilion linewidth 2 dashtype 2 front
set label sprintf(L("资金池初始规模 %.0f 万元", "initial money of the pool %.0f 万元"), pool_wan) at first pool_wan, graph 0.96 center textcolor rgb vermilion front
plot file using (mine((column("bin_lo") + column("bin_hi")) / 2)):(100 * column("share")):(0.96 * (column("bin_hi") - column("bin_lo"))) \
    with boxes linecolor rgb blue notitle
