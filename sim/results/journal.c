// SPDX-License-Identifier: GPL-3.0-or-later
#define _DEFAULT_SOURCE 1
#include "journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char FIRST_LINE[] = "pledgesim-commit 1\n";

enum {
    LINE_MAX_BYTES = 5 + PS_SHA256_HEX_SIZE + 21 + PS_FILENAME_MAX + 2,
};

enum ps_status ps_journal_add_put(struct ps_journal *journal, const struct ps_filesum *sum)
{
    struct ps_journal_put *puts = realloc(journal->puts, (journal->puts_n + 1) * sizeof *puts);
    if (!puts)
        return ps_status_raise(PS_MEMORY);
    journal->puts = puts;
    puts[journal->puts_n].sum = *sum;
    puts[journal->puts_n].pending = 1;
    journal->puts_n++;
    return PS_OK;
}

enum ps_status ps_journal_add_drop(struct ps_journal *journal, const char *name)
{
    struct ps_journal_drop *drops = realloc(journal->drops, (journal->drops_n + 1) * sizeof *drops);
    if (!drops)
        return ps_status_raise(PS_MEMORY);
    journal->drops = drops;
    (void)snprintf(drops[journal->drops_n].name, sizeof drops->name, "%s", name);
    journal->drops_n++;
    return PS_OK;
}

void ps_journal_free(struct ps_journal *journal)
{
    free(journal->puts);
    free(journal->drops);
    *journal = (struct ps_journal){0};
}

char *ps_journal_format(const struct ps_journal *journal, size_t *n)
{
    size_t lines_n = journal->puts_n + journal->drops_n + 2;
    size_t size = lines_n * LINE_MAX_BYTES + 1;
    char *text = malloc(size);
    if (!text)
        return NULL;
    size_t used = sizeof FIRST_LINE - 1;
    memcpy(text, FIRST_LINE, used + 1);
    for (size_t i = 0; i < journal->puts_n; i++) {
        const struct ps_filesum *sum = &journal->puts[i].sum;
        used += (size_t)snprintf(text + used, size - used, "put %s %" PRIu64 " %s\n", sum->sha256,
                                 sum->bytes_n, sum->name);
    }
    for (size_t i = 0; i < journal->drops_n; i++)
        used += (size_t)snprintf(text + used, size - used, "drop %s\n", journal->drops[i].name);
    char hex[PS_SHA256_HEX_SIZE];
    ps_sha256_of(text, used, hex);
    used += (size_t)snprintf(text + used, size - used, "end %s\n", hex);
    *n = used;
    return text;
}

/* Cuts the next word off at `end`, which must follow it; NULL when it does not. */
static char *take_word(char **rest, char end)
{
    char *word = *rest;
    char *stop = strchr(word, end);
    if (!stop)
        return NULL;
    *stop = '\0';
    *rest = stop + 1;
    return word;
}

static int take_u64(const char *word, uint64_t *out)
{
    size_t n = strlen(word);
    if (n == 0 || n > 19 || strspn(word, "0123456789") != n)
        return 0;
    *out = 0;
    for (const char *c = word; *c; c++)
        *out = *out * 10 + (uint64_t)(*c - '0');
    return 1;
}

static enum ps_status parse_line(char *line, struct ps_journal *journal, int *valid)
{
    char *verb = take_word(&line, ' ');
    *valid = 0;
    if (verb && strcmp(verb, "drop") == 0) {
        *valid = ps_filename_ok(line);
        return *valid ? ps_journal_add_drop(journal, line) : PS_OK;
    }
    if (!verb || strcmp(verb, "put") != 0)
        return PS_OK;
    struct ps_filesum sum;
    char *hex = take_word(&line, ' ');
    char *bytes = hex ? take_word(&line, ' ') : NULL;
    if (!bytes || !ps_sha256_hex_ok(hex) || !take_u64(bytes, &sum.bytes_n) || !ps_filename_ok(line))
        return PS_OK;
    (void)snprintf(sum.sha256, sizeof sum.sha256, "%s", hex);
    (void)snprintf(sum.name, sizeof sum.name, "%s", line);
    *valid = 1;
    return ps_journal_add_put(journal, &sum);
}

/* The last line is the digest of all before it. Cuts it off; 0 when it does not match. */
static int cut_end_line(char *text, size_t n)
{
    const size_t end_n = sizeof "end " - 1 + PS_SHA256_HEX_SIZE;
    const size_t first_n = sizeof FIRST_LINE - 1;
    if (n < first_n + end_n || strlen(text) != n || memcmp(text, FIRST_LINE, first_n) != 0)
        return 0;
    char hex[PS_SHA256_HEX_SIZE];
    char *end = text + n - end_n;
    ps_sha256_of(text, n - end_n, hex);
    int same = memcmp(end, "end ", 4) == 0 && memcmp(end + 4, hex, sizeof hex - 1) == 0 &&
               text[n - 1] == '\n';
    *end = '\0';
    return same;
}

enum ps_status ps_journal_parse(char *text, size_t n, struct ps_journal *journal, int *valid)
{
    *valid = cut_end_line(text, n);
    char *rest = text + (*valid ? sizeof FIRST_LINE - 1 : 0);
    while (*valid && *rest) {
        char *line = take_word(&rest, '\n');
        *valid = line != NULL;
        if (line) {
            enum ps_status status = parse_line(line, journal, valid);
            if (status != PS_OK)
                return status;
        }
    }
    return PS_OK;
}

enum ps_status ps_journal_check(struct ps_journal *journal, struct ps_outio *io, int *valid)
{
    *valid = 1;
    for (size_t i = 0; i < journal->puts_n; i++) {
        struct ps_journal_put *put = &journal->puts[i];
        char temp[PS_OUT_TEMP_SIZE];
        int done = 0;
        int waiting = 0;
        ps_outio_temp_name(put->sum.name, temp);
        enum ps_status status = ps_outio_same(io, put->sum.name, &put->sum, &done);
        if (status == PS_OK && !done)
            status = ps_outio_same(io, temp, &put->sum, &waiting);
        if (status != PS_OK)
            return status;
        put->pending = !done;
        if (!done && !waiting)
            *valid = 0;
    }
    return PS_OK;
}

enum ps_status ps_journal_apply(const struct ps_journal *journal, struct ps_outio *io)
{
    enum ps_status status = PS_OK;
    for (size_t i = 0; i < journal->puts_n && status == PS_OK; i++) {
        char temp[PS_OUT_TEMP_SIZE];
        ps_outio_temp_name(journal->puts[i].sum.name, temp);
        if (journal->puts[i].pending)
            status = ps_outio_rename(io, temp, journal->puts[i].sum.name);
    }
    for (size_t i = 0; i < journal->drops_n && status == PS_OK; i++)
        status = ps_outio_remove(io, journal->drops[i].name);
    if (status == PS_OK)
        status = ps_outio_sync_dir(io);
    if (status == PS_OK)
        status = ps_outio_remove(io, PS_JOURNAL_NAME);
    if (status == PS_OK)
        status = ps_outio_sync_dir(io);
    return status;
}
