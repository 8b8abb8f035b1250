# SPDX-License-Identifier: GPL-3.0-or-later
# Two swept parameters against each other: grid.csv of a sweep over two ranges.
dir = ARG1; lang = ARG2; format = ARG4; out = ARG5
load "style.gp"
file = dir."/grid.csv"
first = ""; second = ""
stats file every ::0::0 using (first = strcol("parameter_1"), second = strcol("parameter_2"), 1) nooutput
stats file using "value_1" nooutput
points_n = STATS_records

set title L("不能足额赔付的概率（%）；框出的方案满足全部约束", "Pool once cannot pay in full, %; framed: every constraint is met")
name(column) = column eq "pool_initial_wan" ? L("资金池初始规模（万元）", "initial money of the pool, 万元") : \
    column eq "leverage" ? L("放大倍数", "leverage") : column
set xlabel name(first)
set ylabel name(second)
set border 0
set tics scale 0
unset grid
unset key
set format x "%g"
set logscale cb
set cbrange [0.01:*]
set format cb "%g %%"
# Dark to light, also without colours: viridis, reversed so that risk is dark.
set palette defined (0 "#FDE725", 1 "#7AD151", 2 "#22A884", 3 "#2A788E", 4 "#414487", 5 "#440154")
percent(x) = 100 * column("p_depletion")
shade(x) = percent(0) < 0.01 ? 0.01 : percent(0)
text(x) = percent(0) == 0 ? "-" : percent(0) < 10 ? sprintf("%.2f", percent(0)) : sprintf("%.0f", percent(0))
met(x) = strcol("feasible") eq "met" ? x : NaN
stats file using "value_1":"value_2" nooutput name "V"
step(lo, hi, n) = n > 1 ? (hi - lo) / (n - 1.0) : 1
columns = 0; rows = 0
stats file using (column("value_1") == V_min_x ? (rows = rows + 1, 1) : (column("value_2") == V_min_y ? 1 : NaN)) nooutput
columns = points_n / (rows > 0 ? rows : 1)
dx = step(V_min_x, V_max_x, columns) / 2
dy = step(V_min_y, V_max_y, rows) / 2
set xrange [V_min_x - dx : V_max_x + dx]
set yrange [V_min_y - dy : V_max_y + dy]
plot file using "value_1":"value_2":(column("value_1") - dx):(column("value_1") + dx):(column("value_2") - dy):(column("value_2") + dy):(shade(0)) \
        with boxxyerror fillcolor palette, \
     file using (met(column("value_1"))):"value_2":(column("value_1") - 0.94 * dx):(column("value_1") + 0.94 * dx):(column("value_2") - 0.94 * dy):(column("value_2") + 0.94 * dy) \
        with boxxyerror linecolor rgb vermilion linewidth 2.5 fillstyle empty, \
     file using "value_1":"value_2":(points_n > 200 ? "" : text(0)):(percent(0) > 0.3 ? 0xFFFFFF : 0x000000) \
        with labels textcolor rgb variable font font.",9"
