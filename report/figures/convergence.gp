# SPDX-License-Identifier: GPL-3.0-or-later
# How the estimate settled as worlds were added: convergence.csv.
dir = ARG1; lang = ARG2; id = ARG3; format = ARG4; out = ARG5
load "style.gp"
load "scenario.gp"
file = dir."/convergence.csv"
mine(x) = strcol(1) eq id && strcol("metric") eq "p_depletion" ? x : NaN

set title L("不能足额赔付概率的收敛：", "How the probability of not paying in full settled: ").label
set xlabel L("模拟世界数（对数刻度）", "worlds (log scale)")
set ylabel L("概率", "probability")
set logscale x
set format x "%.0f"
set format y "%g %%"
set yrange [0:*]
set autoscale xfix
plot file using (mine(column("worlds"))):(100 * column("lo95")):(100 * column("hi95")) \
        with filledcurves fillcolor rgb pale title L("抽样误差的 95% 区间", "95 % interval of the sampling error"), \
     file using (mine(column("worlds"))):(100 * column("estimate")) \
        with linespoints linecolor rgb blue linewidth 2 pointtype 7 pointsize 0.6 title L("估计值", "estimate")
