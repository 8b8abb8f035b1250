# SPDX-License-Identifier: GPL-3.0-or-later
# The pool's balance over time, and how likely it is that it once could not pay: timeline.csv.
dir = ARG1; lang = ARG2; id = ARG3; format = ARG4; out = ARG5
height = 620
load "style.gp"
load "scenario.gp"
file = dir."/timeline.csv"
mine(metric, x) = strcol(1) eq id && strcol("metric") eq metric ? x : NaN
# The end of a month; a year stands where it begins.
when(x) = column("year") + column("calendar_month") / 12.0

stats file using (mine("pool_balance", when(0))) nooutput
set xrange [STATS_min - 1 / 12.0 : STATS_max]

set multiplot
set lmargin at screen 0.10
set rmargin at screen 0.95
set xtics 1
set format x "%.0f"
set yrange [0:*]

set tmargin at screen 0.92
set bmargin at screen 0.42
set title L("资金池余额：", "Balance of the pool: ").label
set ylabel L("万元", "万元")
set format y "%.0f"
set key bottom left
plot file using (mine("pool_balance", when(0))):"q05":"q95" with filledcurves fillcolor rgb pale title L("90% 的世界", "90 % of worlds"), \
     file using (mine("pool_balance", when(0))):"q25":"q75" with filledcurves fillcolor rgb sky title L("50% 的世界", "50 % of worlds"), \
     file using (mine("pool_balance", when(0))):"q50" with lines linecolor rgb blue linewidth 2.5 title L("中位数", "median")

unset title
set tmargin at screen 0.34
set bmargin at screen 0.07
set ylabel L("概率", "probability")
set format y "%g %%"
set key top left
plot file using (mine("p_depleted_by", when(0))):(100 * column("mean")) with lines linecolor rgb vermilion linewidth 2.5 \
    title L("截至当时曾不能足额赔付", "could not pay in full by then")
unset multiplot
