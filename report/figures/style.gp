# SPDX-License-Identifier: GPL-3.0-or-later
# What the figures share. The caller has set lang (zh or en), format (svg or png) and out (the file to write). Text from the
# book is never read as markup: noenhanced.

set encoding utf8
set datafile separator comma
set datafile columnheaders
set datafile missing NaN
L(zh, en) = lang eq "en" ? en : zh

font = "Noto Sans CJK SC"
if (!exists("width")) { width = 900 }
if (!exists("height")) { height = 540 }
if (format eq "png") {
    set terminal pngcairo size 2*width,2*height font font.",11" fontscale 2 linewidth 2 pointscale 2 noenhanced background rgb "white"
} else {
    set terminal svg size width,height font font.",14" noenhanced background rgb "white"
}
set output out

# Okabe and Ito's colours, which the colour-blind tell apart.
blue = "#0072B2"
sky = "#56B4E9"
vermilion = "#D55E00"
green = "#009E73"
grey = "#7F7F7F"
pale = "#C9E2F2"

set border 3 linecolor rgb "#505050"
set tics nomirror out
set grid ytics linecolor rgb "#DDDDDD" linetype 1 linewidth 0.7
set style fill solid 1.0 noborder
set key top right samplen 2 spacing 1.2
set lmargin 10
set rmargin 6
unset mouse
