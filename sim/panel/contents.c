// SPDX-License-Identifier: GPL-3.0-or-later
#include "contents.h"

#include <string.h>

#include "pledgesim/curve.h"

/* fields.def as code: what each struct is, whether the list is complete, and how it is carried. */

typedef enum ps_hazard_kind ps_hazard_kind;
typedef struct ps_guide ps_guide;
#define PS_STRUCT(S) typedef struct S S;
#define PS_ONE(S, type, member)
#define PS_FIRST(S, type, member, n)
#define PS_GRID(S, type, member, n)
#define PS_MANY(S, type, member, n)
#define PS_LEFT(S, member)
#define PS_END(S)
#include "fields.def"

/* Is every member listed, in order? An object made of one value a member: compilers warn when it
 * leaves members over (-Wmissing-field-initializers), and stop when there are too many. */
#define PS_STRUCT(S)                                                                               \
    static inline void listed_##S(const S *x)                                                      \
    {                                                                                              \
        const S all = {
#define PS_ONE(S, type, member) x->member,
#define PS_FIRST(S, type, member, n) {x->member[0]},
#define PS_GRID(S, type, member, n) {{0}},
#define PS_MANY(S, type, member, n) x->member,
#define PS_LEFT(S, member) x->member,
#define PS_END(S)                                                                                  \
    }                                                                                              \
    ;                                                                                              \
    (void)all;                                                                                     \
    }
#include "fields.def"

/* FNV-1a of the list. */
uint64_t ps_panel_format(void)
{
    static const char *const LIST[] = {
#define PS_STRUCT(S) #S "{",
#define PS_ONE(S, type, member) #type " " #member ";",
#define PS_FIRST(S, type, member, n) #type " " #member "[" #n "];",
#define PS_GRID(S, type, member, n) PS_FIRST(S, type, member, n)
#define PS_MANY(S, type, member, n) #type "*" #member "[" #n "];",
#define PS_LEFT(S, member)
#define PS_END(S) "}",
#include "fields.def"
    };
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < sizeof LIST / sizeof *LIST; i++) {
        for (const char *p = LIST[i]; *p; p++) {
            hash = (hash ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
        }
    }
    return hash;
}

/* ---- types that fields.def names but does not list ---- */

static void ps_carry_ps_hazard_kind(struct carrier *c, void *x)
{
    enum ps_hazard_kind *kind = x;
    int number = c->reading ? 0 : (int)*kind;
    ps_carry_int(c, &number);
    if (c->reading) {
        *kind = (enum ps_hazard_kind)number;
    }
}

static void ps_carry_ps_guide(struct carrier *c, void *x)
{
    struct ps_guide *guide = x;
    uint32_t value_more = c->reading ? 0 : guide->value | (uint32_t)guide->more << 31;
    ps_carry_uint32_t(c, &guide->below);
    ps_carry_uint32_t(c, &value_more);
    if (c->reading) {
        guide->value = value_more & INT32_MAX;
        guide->more = value_more >> 31 != 0;
    }
}

/* ---- counts that no member holds ---- */

static int amount_laws_n(const struct ps_world_plan *plan)
{
    int n = 0;
    for (int i = 0; i < plan->segments_n; i++) {
        n = plan->segments[i].amount_law >= n ? plan->segments[i].amount_law + 1 : n;
    }
    return n;
}

static int recovery_laws_n(const struct ps_world_plan *plan)
{
    int n = 0;
    for (int i = 0; i < plan->tape_n; i++) {
        n = plan->tape[i].recovery_law >= n ? plan->tape[i].recovery_law + 1 : n;
    }
    return n;
}

/* ---- the structs ---- */

#define PS_STRUCT(S)                                                                               \
    static void ps_carry_##S(struct carrier *c, void *object)                                      \
    {                                                                                              \
        S *x = object;                                                                             \
        const struct ps_panel_contents *whole = c->whole;                                          \
        (void)whole;
#define PS_ONE(S, type, member)                                                                    \
    {                                                                                              \
        type *one = &x->member;                                                                    \
        ps_carry_##type(c, one);                                                                   \
    }
#define PS_FIRST(S, type, member, n)                                                               \
    ps_carry_first(c, x->member, c->reading ? 0 : (size_t)(n), sizeof x->member / sizeof(type),    \
                   sizeof(type), ps_carry_##type);
#define PS_MANY(S, type, member, n)                                                                \
    {                                                                                              \
        const type *many = x->member;                                                              \
        void *to =                                                                                 \
            ps_carry_many(c, many, c->reading ? 0 : (size_t)(n), sizeof(type), ps_carry_##type);   \
        if (c->reading) {                                                                          \
            x->member = to;                                                                        \
        }                                                                                          \
    }
#define PS_GRID(S, type, member, n) PS_FIRST(S, type, member, n)
#define PS_LEFT(S, member)
#define PS_END(S) }
#include "fields.def"

void ps_panel_carry(struct carrier *c, void *contents)
{
    ps_carry_ps_panel_contents(c, contents);
}
