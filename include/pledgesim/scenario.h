// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_SCENARIO_H
#define PLEDGESIM_SCENARIO_H

#include "pledgesim/tables.h"

/* The tables of one scenario after inheritance, defaults, overrides and all checks: immutable.
 * Every table is sorted by its id (bytes) before anybody else sees it. */
struct ps_scenario {
    struct ps_scenarios_row p; /* the scalar parameters */
    struct ps_segments_row *segments;
    struct ps_ip_kinds_row *ip_kinds;
    struct ps_products_row *products;
    struct ps_pools_row *pools; /* at least one */
    struct ps_banks_row *banks; /* at least one */
    struct ps_demand_row *demand;
    struct ps_topups_row *topups;
    struct ps_shocks_row *shocks;
    struct ps_loans_row *loans;
    struct ps_sector_weights_row *sector_weights;
    struct ps_anchors_row *anchors;
    struct ps_vehicles_row *vehicles;
    struct ps_funds_row *funds;
    struct ps_trusts_row *trusts;
    size_t segments_n, ip_kinds_n, products_n, pools_n, banks_n, demand_n, topups_n, shocks_n,
        loans_n, sector_weights_n, anchors_n, vehicles_n, funds_n, trusts_n;
    char (*cluster_ids)[PS_ID_BYTES]; /* distinct clusters of segments, sorted */
    size_t clusters_n;
    char (*group_ids)[PS_ID_BYTES]; /* distinct groups of loans, sorted; "" for loans without one.
                                       None when no loan has a group */
    size_t groups_n;
    double *index_correlation; /* clusters_n x clusters_n, row major, unit diagonal, semidefinite */
};

#endif
