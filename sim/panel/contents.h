// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_PANEL_CONTENTS_H
#define PLEDGESIM_PANEL_CONTENTS_H

#include "carrier.h"
#include "pledgesim/panel.h"

/* What the bytes of a panel hold. */

struct ps_panel_worlds {
    struct ps_world_plan plan;
    int start_month;
};

struct ps_panel_contents {
    uint64_t format; /* which fields.def wrote it */
    struct ps_policy policy;
    int product, pool; /* what the levers of the pool and of its share move; -1: nothing */
    int breaker_scope; /* of a breaker that is on */
    struct ps_panel_lever levers[PS_LEVER_N];
    struct ps_panel_worlds *worlds;
    int worlds_n;
};

/* Stored units (fen, ppm) in one as written. */
double ps_panel_units(enum ps_lever lever);

/* A hash of fields.def. */
uint64_t ps_panel_format(void);

/* Carries a struct ps_panel_contents. */
void ps_panel_carry(struct carrier *c, void *contents);

#endif
