# SPDX-License-Identifier: GPL-3.0-or-later
# How likely it is that the pool pays out more than an amount: exceedance.csv.
dir = ARG1; lang = ARG2; id = ARG3; format = ARG4; out = ARG5
load "style.gp"
load "scenario.gp"
file = dir."/exceedance.csv"
mine(x) = strcol(1) eq id && strcol("metric") eq "compensation_gross" && column("probability") > 0 ? x : NaN

set title L("代偿支出超过某一金额的概率：", "Probability that compensation exceeds an amount: ").label
set xlabel L("代偿支出（万元）", "compensation, 万元")
set ylabel L("概率（对数刻度）", "probability (log scale)")
set logscale y
set format y "%g %%"
set format x "%.0f"
set yrange [*:100]
set xrange [0:*]
set arrow from first pool_wan, graph 0 to first pool_wan, graph 1 nohead linecolor rgb vermilion linewidth 2 dashtype 2 front
set label sprintf(L("资金池初始规模 %.0f 万元 ", "initial money of the pool %.0f 万元 "), pool_wan) at first pool_wan, graph 0.06 right textcolor rgb vermilion front
set key bottom left
plot file using (mine(column("threshold"))):(100 * column("lo95")):(100 * column("hi95")) \
        with filledcurves fillcolor rgb pale title L("抽样误差的 95% 区间", "95 % interval of the sampling error"), \
     file using (mine(column("threshold"))):(100 * column("probability")) \
        with lines linecolor rgb blue linewidth 2.5 title L("超过的概率", "probability")
