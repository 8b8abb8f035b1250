# SPDX-License-Identifier: GPL-3.0-or-later
# What safety costs, over the variants of a sweep: grid.csv.
dir = ARG1; lang = ARG2; format = ARG4; out = ARG5
load "style.gp"
file = dir."/grid.csv"
front(x) = strcol("frontier") eq "true" ? x : NaN

set title L("安全性与财政净成本：扫描的全部方案", "Safety and net cost: all variants of the sweep")
set xlabel L("区财政净成本均值（万元）", "net cost to the district, mean, 万元")
set ylabel L("不能足额赔付的概率", "pool once cannot pay in full")
set format y "%g %%"
set format x "%.0f"
set yrange [0:*]
set cblabel L("达标概率", "target reached")
set format cb "%g %%"
set palette defined (0 "#440154", 1 "#414487", 2 "#2A788E", 3 "#22A884", 4 "#7AD151", 5 "#FDE725")
set cbrange [0:100]
plot 1 with lines linecolor rgb grey dashtype 2 title "1 %", \
     file using "fiscal_net_cost_wan_mean":(100 * column("p_depletion")) \
        with points pointtype 6 pointsize 0.5 linecolor rgb grey title L("全部方案", "all variants"), \
     file using (front(column("fiscal_net_cost_wan_mean"))):(100 * column("p_depletion")):(100 * column("p_depletion_lo95")):(100 * column("p_depletion_hi95")) \
        with yerrorbars pointtype 7 pointsize 0.9 linecolor rgb "#303030" title L("前沿方案（95% 区间）", "frontier, 95 % interval"), \
     file using (front(column("fiscal_net_cost_wan_mean"))):(100 * column("p_depletion")):(100 * column("p_target")) \
        with points pointtype 7 pointsize 0.7 linecolor palette notitle
