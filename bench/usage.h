// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_BENCH_USAGE_H
#define PLEDGESIM_BENCH_USAGE_H

/* What both measured programs share: options and clocks. */

struct bench_options {
    const char *case_name, *isa;
    long worlds;
    int threads, policies, every, full, model, tuned, by_loan;
    unsigned long seed;
};

/* Reads --name value pairs over the values in `o`; 0 after a word on stderr. */
int bench_options_read(struct bench_options *o, int argc, char **argv);

double bench_cpu_seconds(void); /* of the process, all threads */
double bench_wall_seconds(void);

/* Prints the lines "cpu", "wall" (seconds) and "rss" (largest resident set, MiB). */
void bench_usage_print(double cpu_s, double wall_s);

#endif
