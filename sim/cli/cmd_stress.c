// SPDX-License-Identifier: GPL-3.0-or-later
#include "stress_words.h"
#include "study_command.h"

/* What is asked when no --st is given [assumption, as for the verdict of run]. */
static const char LIMIT_DEFAULT[] = "p_depletion<=1%";

struct stress {
    struct ps_study_command study;
    struct ps_stress_request request;
    struct ps_stress_table table;
    struct ps_reverse reverse;
    struct ps_death death;
};

/* Named stresses, then the limits of each direction, then the worlds that died once more. */
static enum ps_status simulate(struct stress *s, struct ps_diags *found)
{
    const struct ps_study *study = &s->request.study;
    struct ps_trace trace = {0};
    enum ps_status status = ps_stress_run(&s->request, found, &s->table);
    if (status == PS_OK) {
        status = ps_trace_open(s->request.base, study->seed, study->isa, found, &trace);
    }
    if (status == PS_OK) {
        status =
            ps_reverse_run(&s->request, trace.plan, s->table.rows[0].judged, found, &s->reverse);
    }
    if (status == PS_OK) {
        status = ps_death_run(&trace, s->table.depleted, s->table.depleted_n, s->request.worlds_n,
                              study->progress, study->context, &s->death);
    }
    ps_trace_free(&trace);
    return status;
}

/* A constraint that does not surely hold without stress. */
static int fails_already(const struct stress *s)
{
    int fails = 0;
    for (int c = 0; c < s->request.study.constraints_n; c++) {
        fails |= s->table.rows[0].judged[c].judgement != PS_MET;
    }
    return fails;
}

static enum ps_status stress(struct stress *s)
{
    struct ps_study_command *study = &s->study;
    const struct ps_command *command = study->command;
    struct ps_diags found = {0};
    ps_study_begin(study);
    enum ps_status status = ps_study_end(study, simulate(s, &found), &found);
    const struct ps_stressing stressing = {&s->request, &s->table, &s->reverse, &s->death};
    if (status == PS_OK) {
        const struct ps_results_request results = {.stressing = &stressing,
                                                   .worlds_n = s->request.worlds_n};
        status = ps_study_write(study, s->request.worlds_n, results, ps_results_write_stressed);
    }
    if (status == PS_OK && command->given[PS_OPT_QUIET].n == 0) {
        const struct ps_stress_story story = {.command = command,
                                              .scenario = s->request.base,
                                              .found = &stressing,
                                              .seconds = study->seconds};
        status = ps_stress_tell(&story);
    }
    if (status == PS_OK && fails_already(s)) {
        status = ps_status_raise(PS_ANSWER_NO);
    }
    return status;
}

static enum ps_status read_limits(struct ps_study_command *study)
{
    const char *near;
    if (study->study.constraints_n > 0) {
        return PS_OK;
    }
    if (ps_constraint_parse(LIMIT_DEFAULT, &study->constraints[0], &near) != PS_METRIC_OK) {
        return ps_status_raise(PS_BUG);
    }
    study->constraints[0].watch = 0;
    study->study.constraints_n = 1;
    return PS_OK;
}

enum ps_status ps_cmd_stress(const struct ps_command *command)
{
    struct stress s = {0};
    enum ps_status status = ps_study_open(command, PS_STUDY_STRESSED, &s.study);
    if (status == PS_OK) {
        status = read_limits(&s.study);
    }
    if (status == PS_OK) {
        const int own = command->given[PS_OPT_ONLY].n > 0;
        s.request = (struct ps_stress_request){
            .study = s.study.study,
            .base = s.study.scenario,
            .own = own ? s.study.book.scenarios : NULL,
            .own_n = own ? s.study.book.scenarios_n : 0,
            .confidence = command->given[PS_OPT_CONFIDENCE].real,
            .worlds_n = (uint64_t)command->given[PS_OPT_WORLDS_STRESS].whole};
        status = stress(&s);
    }
    ps_death_free(&s.death);
    ps_reverse_free(&s.reverse);
    ps_stress_table_free(&s.table);
    ps_study_free(&s.study);
    return status;
}
