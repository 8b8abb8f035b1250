// SPDX-License-Identifier: GPL-3.0-or-later
#include "compare_folders.h"

#include <math.h>
#include <string.h>

#include "figure_names.h"
#include "pledgesim/folders.h"
#include "terminal.h"

enum { NAME_WIDTH = 40 };

/* The measures of the printed table. */
static const enum ps_measure SHOWN[] = {PS_M_DEPLETED, PS_M_TARGET_CUMULATIVE, PS_M_REGISTERED,
                                        PS_M_COMPENSATION, PS_M_FISCAL_NET_COST};
enum { SHOWN_N = sizeof SHOWN / sizeof *SHOWN };

/* Both folders, and which scenarios are held against each other. */
struct both {
    const struct ps_command *command;
    const char *path[2];
    struct ps_folder folder[2];
    const char *base_only, *other_only; /* of --only; NULL: all that both have */
    size_t pairs_n;
    size_t counted[3];             /* differences by enum ps_pairing */
    size_t real_n, same_n, told_n; /* comparisons */
};

static enum ps_status refuse(const struct both *b, enum ps_status status, enum ps_message message,
                             const char *const args[])
{
    ps_complain(b->command->lang, message, args);
    return ps_status_raise(status);
}

/* Options of a simulation: nothing is simulated here. */
static enum ps_status refuse_options(const struct both *b)
{
    static const enum ps_option ALIEN[] = {PS_OPT_WORLDS,   PS_OPT_PRESET, PS_OPT_SEED,
                                           PS_OPT_SET,      PS_OPT_ID,     PS_OPT_ISA,
                                           PS_OPT_OUT_STUDY};
    for (size_t i = 0; i < sizeof ALIEN / sizeof *ALIEN; i++) {
        if (b->command->given[ALIEN[i]].n > 0) {
            return refuse(b, PS_USAGE, PS_SAY_FOLDER_OPTION,
                          PS_ARGS(ps_option_desc(ALIEN[i])->name));
        }
    }
    return PS_OK;
}

static enum ps_status read_folder(struct both *b, int k)
{
    static const enum ps_message WRONG[] = {[PS_FOLDER_OK] = PS_SAY_FOLDER_DAMAGED,
                                            [PS_FOLDER_NO_MANIFEST] = PS_SAY_FOLDER_NO_MANIFEST,
                                            [PS_FOLDER_NO_RUN] = PS_SAY_FOLDER_NO_RUN,
                                            [PS_FOLDER_DAMAGED] = PS_SAY_FOLDER_DAMAGED};
    enum ps_folder_error error = PS_FOLDER_OK;
    const enum ps_status status = ps_folder_open(b->path[k], &b->folder[k], &error);
    if (status == PS_INPUT) {
        ps_complain(b->command->lang, WRONG[error], PS_ARGS(b->path[k]));
    } else if (status != PS_OK) {
        ps_show_failure(b->command, status, NULL);
    }
    return status;
}

/* --only A: that scenario of both; --only A,B: A of the first, B of the second folder. */
static enum ps_status choose(struct both *b)
{
    const struct ps_given *only = &b->command->given[PS_OPT_ONLY];
    const char *id;
    if (only->list_n > 2) {
        return refuse(b, PS_USAGE, PS_SAY_FOLDER_NOTHING, PS_ARGS(b->path[0], b->path[1]));
    }
    if (only->list_n > 0) {
        b->base_only = only->list[0];
        b->other_only = only->list[only->list_n - 1];
        b->pairs_n = 1;
        const int first = !ps_folder_has(&b->folder[0], b->base_only);
        if (first || !ps_folder_has(&b->folder[1], b->other_only)) {
            return refuse(b, PS_USAGE, PS_SAY_FOLDER_UNKNOWN,
                          PS_ARGS(b->path[!first], first ? b->base_only : b->other_only));
        }
        return PS_OK;
    }
    for (size_t i = 0; (id = ps_folder_scenario(&b->folder[0], i)) != NULL; i++) {
        b->pairs_n += (size_t)ps_folder_has(&b->folder[1], id);
    }
    return b->pairs_n > 0
               ? PS_OK
               : refuse(b, PS_USAGE, PS_SAY_FOLDER_NOTHING, PS_ARGS(b->path[0], b->path[1]));
}

/* "+1.23 [1.10, 1.36]"; "- [..]" when it may be chance, a star behind when it is not paired. */
static void add_difference(struct ps_grid *grid, const struct ps_folder_difference *d,
                           enum ps_measure measure, enum ps_lang lang)
{
    const int flag = ps_measure_desc(measure)->unit == PS_MU_FLAG;
    const double unit = flag ? 0.01 : 1;
    const int digits = flag ? 2 : 1;
    const struct ps_verdict *v = &d->verdict;
    char text[96] = "";
    if (isnan(v->value)) {
        (void)snprintf(text, sizeof text, "%s", "");
    } else if (ps_verdict_same(v)) {
        (void)snprintf(text, sizeof text, "%s", ps_message(PS_SAY_COMPARE_SAME, lang));
    } else {
        char value[32] = "-";
        if (v->real) {
            (void)snprintf(value, sizeof value, "%+.*f", digits, v->value / unit);
        }
        (void)snprintf(text, sizeof text, "%s [%.*f, %.*f]%s", value, digits, v->lo95 / unit,
                       digits, v->hi95 / unit, d->pairing == PS_BOUNDED ? "*" : "");
    }
    ps_grid_add(grid, text, 0);
}

static void add_pair(struct ps_grid *grid, struct both *b, const char *base_id,
                     const char *other_id)
{
    char name[2 * PS_ID_BYTES + 8];
    const int one = strcmp(base_id, other_id) == 0;
    (void)snprintf(name, sizeof name, "%s%s%s", other_id, one ? "" : " - ", one ? "" : base_id);
    ps_grid_add(grid, name, NAME_WIDTH);
    for (size_t k = 0; k < PS_COMPARED_N; k++) {
        const struct ps_folder_difference d =
            ps_folders_compare(&b->folder[0], base_id, &b->folder[1], other_id, ps_compared[k],
                               b->pairs_n * PS_COMPARED_N);
        if (isnan(d.verdict.value)) {
            continue;
        }
        b->counted[d.pairing]++;
        b->told_n++;
        b->real_n += (size_t)d.verdict.real;
        b->same_n += (size_t)ps_verdict_same(&d.verdict);
    }
    for (size_t i = 0; i < SHOWN_N; i++) {
        const struct ps_folder_difference d = ps_folders_compare(
            &b->folder[0], base_id, &b->folder[1], other_id, SHOWN[i], b->pairs_n * PS_COMPARED_N);
        add_difference(grid, &d, SHOWN[i], b->command->lang);
    }
}

static enum ps_status tell(struct both *b)
{
    const enum ps_lang lang = b->command->lang;
    struct ps_grid grid = {.columns_n = 1 + SHOWN_N};
    const char *id;
    ps_grid_add(&grid, ps_message(PS_SAY_FIGURE_SCENARIO, lang), 0);
    for (size_t i = 0; i < SHOWN_N; i++) {
        const struct ps_metric metric = ps_metric_of(SHOWN[i]);
        ps_grid_add(&grid, ps_figure_words(&metric, lang).s, 0);
    }
    if (b->base_only != NULL) {
        add_pair(&grid, b, b->base_only, b->other_only);
    }
    for (size_t i = 0; b->base_only == NULL && (id = ps_folder_scenario(&b->folder[0], i)) != NULL;
         i++) {
        if (ps_folder_has(&b->folder[1], id)) {
            add_pair(&grid, b, id, id);
        }
    }
    ps_say(stdout, lang, PS_SAY_FOLDER_HEAD, PS_ARGS(b->path[0], b->path[1]));
    const enum ps_status status = ps_grid_print(stdout, &grid, PS_GRID_ALIGNED);
    ps_grid_free(&grid);
    ps_say(stdout, lang,
           b->counted[PS_UNPAIRED] > 0 ? PS_SAY_FOLDER_UNPAIRED
           : b->counted[PS_PAIRED] > 0 ? PS_SAY_FOLDER_PAIRED
                                       : PS_SAY_FOLDER_BOUNDED,
           PS_ARGS(b->folder[0].seed, b->folder[1].seed));
    ps_say(stdout, lang, PS_SAY_FOLDER_REAL,
           PS_ARGS(ps_text_count(b->real_n).s, ps_text_count(b->told_n).s,
                   ps_text_count(b->same_n).s));
    return status;
}

enum ps_status ps_compare_folders(const struct ps_command *command)
{
    struct both b = {.command = command, .path = {command->operand, command->second}};
    enum ps_status status = refuse_options(&b);
    for (int k = 0; k < 2 && status == PS_OK; k++) {
        status = read_folder(&b, k);
    }
    if (status == PS_OK && strcmp(b.folder[0].version, b.folder[1].version) != 0) {
        status = refuse(&b, PS_INPUT, PS_SAY_FOLDER_VERSION,
                        PS_ARGS(b.path[0], b.path[1], b.folder[0].version, b.folder[1].version));
    }
    if (status == PS_OK) {
        status = choose(&b);
    }
    if (status == PS_OK && command->given[PS_OPT_QUIET].n == 0) {
        status = tell(&b);
    }
    ps_folder_close(&b.folder[0]);
    ps_folder_close(&b.folder[1]);
    return status;
}
