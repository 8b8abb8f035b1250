// SPDX-License-Identifier: GPL-3.0-or-later
/* The promise of the results folder when the power goes. A model of the disk beside the real
 * folder: what fsync covered is there. Of the names made, moved or removed since the folder's last
 * fsync any part may be there, in no order. Of bytes that no fsync covered none, or rubbish, are
 * there. */
#define _GNU_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "outdir_set.h"

enum { NAMES_MAX = 32, PENDING_MAX = 64, INODES_MAX = 32, BYTES_MAX = 8192 };

struct inode {
    char bytes[BYTES_MAX]; /* on disk */
    size_t n;
    int torn; /* never synced */
};

struct name {
    char name[80];
    struct inode *inode;
};

struct directory {
    struct name names[NAMES_MAX];
    size_t n;
};

struct change {
    char gone[80]; /* the name that goes, or "" */
    char made[80]; /* the name that comes, or "" */
    struct inode *inode;
};

struct disk {
    const struct place *place;
    enum ps_outop lie;       /* a sync of this kind does nothing on this disk */
    struct directory synced; /* what the platter knows */
    struct directory now;    /* what the running system sees */
    struct change pending[PENDING_MAX];
    size_t pending_n;
    struct inode inodes[INODES_MAX];
    size_t inodes_n;
    uint32_t random;
    int states_n, bad_n;
};

static struct inode *find(const struct directory *directory, const char *name)
{
    for (size_t i = 0; i < directory->n; i++)
        if (strcmp(directory->names[i].name, name) == 0)
            return directory->names[i].inode;
    return NULL;
}

static void apply(struct directory *directory, const struct change *change)
{
    for (size_t i = 0; i < directory->n; i++)
        if (strcmp(directory->names[i].name, change->gone) == 0 ||
            strcmp(directory->names[i].name, change->made) == 0)
            directory->names[i--] = directory->names[--directory->n];
    if (change->made[0] != '\0') {
        struct name *name = &directory->names[directory->n++];
        assert_true(directory->n < NAMES_MAX);
        snprintf(name->name, sizeof name->name, "%s", change->made);
        name->inode = change->inode;
    }
}

static struct inode *new_inode(struct disk *disk)
{
    assert_true(disk->inodes_n < INODES_MAX);
    return &disk->inodes[disk->inodes_n++];
}

static void read_bytes(const char *folder, const char *name, struct inode *inode)
{
    char *path = set_path(folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    inode->n = fread(inode->bytes, 1, sizeof inode->bytes, file);
    inode->torn = 0;
    fclose(file);
    free(path);
}

static uint32_t next_random(struct disk *disk)
{
    disk->random = disk->random * 1664525u + 1013904223u;
    return disk->random >> 8;
}

/* Builds the folder as it may be after the power came back, and judges it. */
static void judge_state(struct disk *disk, uint64_t subset)
{
    const char *copy = disk->place->copy;
    struct directory state = disk->synced;
    for (size_t i = 0; i < disk->pending_n; i++)
        if (subset >> (i % 64) & 1)
            apply(&state, &disk->pending[i]);
    set_remove_tree(copy);
    assert_int_equal(mkdir(copy, 0777), 0);
    for (size_t i = 0; i < state.n; i++) {
        const struct inode *inode = state.names[i].inode;
        char *path = set_path(copy, state.names[i].name);
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fwrite(inode->bytes, 1, inode->torn ? next_random(disk) % 2 * 7 : inode->n, file);
        fclose(file);
        free(path);
    }
    enum set_verdict verdict = set_judge(copy);
    int good = verdict == SET_IS_OLD || verdict == SET_IS_NEW;
    if (good)
        good = set_write(copy, NULL, &SET_NEW) == PS_OK && set_judge(copy) == SET_IS_NEW;
    disk->states_n++;
    disk->bad_n += !good;
}

static void judge_states(struct disk *disk)
{
    judge_state(disk, 0);
    judge_state(disk, ~UINT64_C(0));
    if (disk->pending_n <= 6) {
        for (uint64_t subset = 1; subset + 1 < UINT64_C(1) << disk->pending_n; subset++)
            judge_state(disk, subset);
        return;
    }
    for (int i = 0; i < 64; i++) {
        uint64_t high = next_random(disk);
        judge_state(disk, high << 40 ^ (uint64_t)next_random(disk) << 20 ^ next_random(disk));
    }
}

static void change(struct disk *disk, const char *gone, const char *made, struct inode *inode)
{
    struct change *change = &disk->pending[disk->pending_n++];
    assert_true(disk->pending_n < PENDING_MAX);
    *change = (struct change){.inode = inode};
    snprintf(change->gone, sizeof change->gone, "%s", gone);
    snprintf(change->made, sizeof change->made, "%s", made);
    apply(&disk->now, change);
}

static int disk_before(void *context, enum ps_outop op, const char *name, size_t *n)
{
    struct disk *disk = context;
    char from[80];
    (void)n;
    switch (op) {
    case PS_OUTOP_CREATE: {
        struct inode *inode = new_inode(disk);
        inode->torn = 1;
        memcpy(inode->bytes, "garbage", 7);
        assert_null(find(&disk->now, name)); /* the model has no truncation */
        judge_states(disk);
        change(disk, "", name, inode);
        break;
    }
    case PS_OUTOP_SYNC:
        judge_states(disk);
        if (disk->lie != op)
            read_bytes(disk->place->out, name, find(&disk->now, name));
        break;
    case PS_OUTOP_RENAME:
        judge_states(disk);
        snprintf(from, sizeof from, strcmp(name, ".commit") == 0 ? "%s.new" : ".tmp-%s", name);
        change(disk, from, name, find(&disk->now, from));
        break;
    case PS_OUTOP_REMOVE:
        judge_states(disk);
        change(disk, name, "", NULL);
        break;
    case PS_OUTOP_SYNC_DIR:
        judge_states(disk);
        for (size_t i = 0; i < disk->pending_n && disk->lie != op; i++)
            apply(&disk->synced, &disk->pending[i]);
        if (disk->lie != op)
            disk->pending_n = 0;
        break;
    default:
        break;
    }
    return 0;
}

static void lose_power(struct disk *disk)
{
    static const char *const NAMES[] = {"kept.csv", "same.csv", "goes.csv", "manifest.json"};
    struct ps_outhook hook = {disk_before, disk};
    start_from(disk->place->out, 1);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        struct inode *inode = new_inode(disk);
        struct change old = {.inode = inode};
        snprintf(old.made, sizeof old.made, "%s", NAMES[i]);
        read_bytes(disk->place->out, NAMES[i], inode);
        apply(&disk->synced, &old);
        apply(&disk->now, &old);
    }
    assert_int_equal(set_write(disk->place->out, &hook, &SET_NEW), PS_OK);
    judge_states(disk);
}

static struct disk *new_disk(const struct place *place, enum ps_outop lie)
{
    struct disk *disk = calloc(1, sizeof *disk);
    assert_non_null(disk);
    disk->place = place;
    disk->lie = lie;
    disk->random = 20210101;
    return disk;
}

static void test_power_loss_at_each_step(void **state)
{
    struct disk *disk = new_disk(*state, PS_OUTOP_N);
    lose_power(disk);
    assert_int_equal(disk->bad_n, 0);
    assert_in_range(disk->states_n, 100, 10000);
    /* "Done" means done: nothing hangs on a sync that has not been. */
    assert_int_equal(disk->pending_n, 0);
    assert_int_equal(set_judge(disk->place->copy), SET_IS_NEW);
    free(disk);
}

/* The harness must see what it is there to see: on a disk whose syncs do nothing, sets break. */
static void test_power_loss_is_seen_on_a_lying_disk(void **state)
{
    static const enum ps_outop LIES[] = {PS_OUTOP_SYNC, PS_OUTOP_SYNC_DIR};
    for (size_t i = 0; i < sizeof LIES / sizeof LIES[0]; i++) {
        struct disk *disk = new_disk(*state, LIES[i]);
        lose_power(disk);
        assert_int_not_equal(disk->bad_n, 0);
        free(disk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_power_loss_at_each_step, place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(test_power_loss_is_seen_on_a_lying_disk, place_setup,
                                        place_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
