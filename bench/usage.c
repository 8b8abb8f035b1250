// SPDX-License-Identifier: GPL-3.0-or-later
#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static int number(const char *text, long lowest, long *out)
{
    char *end;
    *out = strtol(text, &end, 10);
    return end != text && *end == '\0' && *out >= lowest;
}

int bench_options_read(struct bench_options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i];
        if (strcmp(name, "--full") == 0) {
            o->full = 1;
            continue;
        }
        if (strcmp(name, "--tuned") == 0) {
            o->tuned = 1;
            continue;
        }
        if (strcmp(name, "--by-loan") == 0) {
            o->by_loan = 1;
            continue;
        }
        if (strcmp(name, "--model") == 0) {
            o->model = 1;
            continue;
        }
        const char *value = i + 1 < argc ? argv[++i] : "";
        long n = 0;
        if (strcmp(name, "--case") == 0) {
            o->case_name = value;
        } else if (strcmp(name, "--isa") == 0) {
            o->isa = value;
        } else if (strcmp(name, "--worlds") == 0 && number(value, 2, &n)) {
            o->worlds = n;
        } else if (strcmp(name, "--threads") == 0 && number(value, 1, &n)) {
            o->threads = (int)n;
        } else if (strcmp(name, "--policies") == 0 && number(value, 1, &n)) {
            o->policies = (int)n;
        } else if (strcmp(name, "--every") == 0 && number(value, 1, &n)) {
            o->every = (int)n;
        } else if (strcmp(name, "--seed") == 0 && number(value, 0, &n)) {
            o->seed = (unsigned long)n;
        } else {
            fprintf(stderr, "not understood: %s %s\n", name, value);
            return 0;
        }
    }
    return 1;
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double bench_cpu_seconds(void)
{
    return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

double bench_wall_seconds(void)
{
    return seconds(CLOCK_MONOTONIC);
}

void bench_usage_print(double cpu_s, double wall_s)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("cpu\t%.6f\nwall\t%.6f\nrss\t%.1f\n", cpu_s, wall_s, (double)usage.ru_maxrss / 1024);
}
