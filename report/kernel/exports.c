// SPDX-License-Identifier: GPL-3.0-or-later
// What the page may call of the panel (pledgesim/panel.h). One panel an instance; numbers and
// addresses only.
#include <stdlib.h>

#include "pledgesim/panel.h"
#include "sim/kernel/kernel.h"

#define PAGE(name) __attribute__((export_name(#name)))

static const struct ps_panel_kernel KERNEL = {.sample = ps_world_sample_base,
                                              .schedule = ps_schedule_build_base,
                                              .ledger = ps_ledger_lone_base,
                                              .width = PS_LANES_LONE};

static struct ps_panel *panel;
static double values[PS_LEVER_N]; // of the levers, set by the page
static double numbers[3];         // answers of more than one number

// Memory for the bytes of the pack, which `open` gives back.
PAGE(take) void *take(size_t bytes_n)
{
    return malloc(bytes_n);
}

// Every status is an enum ps_status: 0 is PS_OK.
PAGE(open) int open_panel(unsigned char *bytes, size_t bytes_n)
{
    const enum ps_status status = ps_panel_open(&KERNEL, bytes, bytes_n, &panel);
    free(bytes);
    return (int)status;
}

PAGE(worlds_n) int worlds_n(void)
{
    return ps_panel_worlds_n(panel);
}

PAGE(levers_n) int levers_n(void)
{
    return PS_LEVER_N;
}

PAGE(lever_name) const char *lever_name(int lever)
{
    return ps_panel_lever_name(lever);
}

PAGE(lever_cell) const char *lever_cell(int lever)
{
    return ps_panel_lever_of(panel, lever)->cell;
}

PAGE(lever_also) const char *lever_also(int lever)
{
    return ps_panel_lever_of(panel, lever)->also;
}

// Value, lowest, highest.
PAGE(lever_numbers) const double *lever_numbers(int lever)
{
    const struct ps_panel_lever *l = ps_panel_lever_of(panel, lever);
    numbers[0] = l->value;
    numbers[1] = l->lowest;
    numbers[2] = l->highest;
    return numbers;
}

PAGE(values) double *values_address(void)
{
    return values;
}

PAGE(start) int start(int worlds, uint32_t seed_high, uint32_t seed_low)
{
    return (int)ps_panel_start(panel, worlds, (uint64_t)seed_high << 32 | seed_low, values);
}

PAGE(run) int run(uint32_t n)
{
    return (int)ps_panel_run(panel, n);
}

PAGE(figures_n) int figures_n(void)
{
    return ps_panel_figures_n();
}

PAGE(figure_name) const char *figure_name(int figure)
{
    return ps_panel_figure_name(figure);
}

// Value, lower and upper end of the interval.
PAGE(figure) const double *figure(int f, double confidence)
{
    const struct ps_panel_figure found = ps_panel_figure_of(panel, f, confidence);
    numbers[0] = found.value;
    numbers[1] = found.lo;
    numbers[2] = found.hi;
    return numbers;
}
