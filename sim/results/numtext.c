// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/numtext.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Puts commas between groups of three digits of the whole part. */
static struct ps_text grouped(const char *plain)
{
    struct ps_text out = {""};
    const size_t sign = *plain == '-';
    const size_t whole = sign + strspn(plain + sign, "0123456789");
    size_t at = 0;
    for (size_t i = 0; plain[i] != '\0' && at + 2 < sizeof out.s; i++) {
        if (i > sign && i < whole && (whole - i) % 3 == 0) {
            out.s[at++] = ',';
        }
        out.s[at++] = plain[i];
    }
    out.s[at] = '\0';
    return out;
}

struct ps_text ps_text_count(uint64_t n)
{
    char plain[24];
    (void)snprintf(plain, sizeof plain, "%llu", (unsigned long long)n);
    return grouped(plain);
}

struct ps_text ps_text_wan(double wan)
{
    char plain[40];
    (void)snprintf(plain, sizeof plain, "%.*f", fabs(wan) < 999.95 ? 1 : 0, wan);
    return grouped(strcmp(plain, "-0.0") == 0 ? "0.0" : plain);
}

struct ps_text ps_text_money(int64_t fen)
{
    char plain[40];
    const uint64_t size = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;
    (void)snprintf(plain, sizeof plain, "%s%llu.%06llu", fen < 0 ? "-" : "",
                   (unsigned long long)(size / 1000000), (unsigned long long)(size % 1000000));
    size_t n = strlen(plain);
    while (plain[n - 1] == '0') {
        plain[--n] = '\0';
    }
    if (plain[n - 1] == '.') {
        plain[--n] = '\0';
    }
    return grouped(plain);
}

struct ps_text ps_text_real(double value, int digits_n)
{
    struct ps_text out;
    (void)snprintf(out.s, sizeof out.s, "%.*f", digits_n, value);
    return out;
}

struct ps_text ps_text_share(double fraction)
{
    struct ps_text out;
    const double percent = 100 * fraction;
    const double room = percent < 50 ? percent : 100 - percent;
    int digits_n = 1;
    for (double limit = 1; room > 0 && room < limit && digits_n < 8; limit /= 10) {
        digits_n++;
    }
    (void)snprintf(out.s, sizeof out.s, "%.*f %%", digits_n, percent);
    return out;
}

struct ps_text ps_text_seconds(double s, enum ps_lang lang)
{
    struct ps_text out;
    const long whole = s < 0 ? 0 : s > 359999 ? 359999 : (long)(s + 0.5);
    if (whole >= 3600) {
        (void)snprintf(out.s, sizeof out.s,
                       lang == PS_LANG_ZH ? "%ld 小时 %ld 分" : "%ld h %ld min", whole / 3600,
                       whole / 60 % 60);
    } else if (whole >= 60) {
        (void)snprintf(out.s, sizeof out.s, lang == PS_LANG_ZH ? "%ld 分 %ld 秒" : "%ld min %ld s",
                       whole / 60, whole % 60);
    } else {
        (void)snprintf(out.s, sizeof out.s, lang == PS_LANG_ZH ? "%.*f 秒" : "%.*f s",
                       s < 10 ? 1 : 0, s < 0 ? 0 : s);
    }
    return out;
}

struct ps_text ps_text_bytes(double bytes)
{
    static const char *const UNITS[] = {"B", "KB", "MB", "GB"};
    size_t i = 0;
    for (; bytes >= 1000 && i < 3; i++) {
        bytes /= 1000;
    }
    struct ps_text out;
    (void)snprintf(out.s, sizeof out.s, "%.*f %s", i > 0 && bytes < 10 ? 1 : 0, bytes, UNITS[i]);
    return out;
}

/* Digits of a percentage behind the point: the last one is worth at most half of what the interval
 * leaves open to either side. */
static int digits_of(const struct ps_probability *p)
{
    const double half_width_pct = 50 * (p->hi95 - p->lo95);
    int digits_n = 0;
    for (double step = 1; step > half_width_pct / 2 && digits_n < 8; step /= 10) {
        digits_n++;
    }
    return digits_n;
}

struct ps_text ps_chance_text(const struct ps_probability *p)
{
    struct ps_text out;
    if (p->hits_n == 0) {
        (void)snprintf(out.s, sizeof out.s, "< %.40s", ps_text_share(p->upper95).s);
    } else if (p->hits_n == p->worlds_n) {
        (void)snprintf(out.s, sizeof out.s, "> %.40s", ps_text_share(p->lower95).s);
    } else {
        const int digits_n = digits_of(p);
        (void)snprintf(out.s, sizeof out.s, "%.*f %% [%.*f, %.*f]", digits_n, 100 * p->value,
                       digits_n, 100 * p->lo95, digits_n, 100 * p->hi95);
    }
    return out;
}
