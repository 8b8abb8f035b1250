// SPDX-License-Identifier: GPL-3.0-or-later
#include "book_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLUSTERS_MAX = 256, SWEEPS_MAX = 60 };

/* A matrix whose smallest eigenvalue is above this is taken as semidefinite. */
static const double EIGENVALUE_LEAST = -1e-10;

/* One Jacobi rotation that makes entry (p, q) zero. */
static void rotate(double *a, size_t n, size_t p, size_t q)
{
    const double apq = a[p * n + q];
    const double theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
    const double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    const double cosine = 1 / sqrt(t * t + 1);
    const double sine = t * cosine;
    for (size_t k = 0; k < n; k++) {
        const double kp = a[k * n + p];
        const double kq = a[k * n + q];
        a[k * n + p] = cosine * kp - sine * kq;
        a[k * n + q] = sine * kp + cosine * kq;
    }
    for (size_t k = 0; k < n; k++) {
        const double pk = a[p * n + k];
        const double qk = a[q * n + k];
        a[p * n + k] = cosine * pk - sine * qk;
        a[q * n + k] = sine * pk + cosine * qk;
    }
}

double ps_smallest_eigenvalue(double *matrix, size_t n)
{
    for (int sweep = 0; sweep < SWEEPS_MAX; sweep++) {
        double off = 0;
        for (size_t p = 0; p < n; p++) {
            for (size_t q = p + 1; q < n; q++) {
                off += matrix[p * n + q] * matrix[p * n + q];
                if (fabs(matrix[p * n + q]) > 1e-300) {
                    rotate(matrix, n, p, q);
                }
            }
        }
        if (off < 1e-28) {
            break;
        }
    }
    double least = matrix[0];
    for (size_t i = 1; i < n; i++) {
        least = matrix[i * n + i] < least ? matrix[i * n + i] : least;
    }
    return least;
}

/* ---- clusters ---- */

static int compare_ids(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The distinct clusters of the segments, sorted. "all" is the word for every cluster in shocks. */
static enum ps_status collect(struct ps_load *load, struct ps_clusters *clusters)
{
    const struct ps_rows *segments = clusters->segments;
    const struct ps_column_desc *column = ps_column_find(PS_TABLE_segments, "cluster_id");
    clusters->n = 0;
    clusters->ids = ps_load_take(load->kept, segments->n, sizeof *clusters->ids);
    if (clusters->ids == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    size_t n = 0;
    for (size_t i = 0; i < segments->n; i++) {
        const struct ps_segments_row *segment = ps_rows_at(segments, i);
        if (ps_rows_bad(segments, i, column)) {
            continue;
        }
        if (strcmp(segment->cluster_id, "all") == 0) {
            const struct ps_place place = ps_rows_place(load, segments, i, column);
            ps_load_tell(load, PS_DIAG_CLUSTER_ALL, &place, segment->cluster_id, NULL);
            continue;
        }
        memcpy(clusters->ids[n++], segment->cluster_id, PS_ID_BYTES);
    }
    if (n > 0) {
        qsort(clusters->ids, n, sizeof *clusters->ids, compare_ids);
    }
    for (size_t i = 0; i < n; i++) {
        if (clusters->n == 0 || strcmp(clusters->ids[clusters->n - 1], clusters->ids[i]) != 0) {
            memmove(clusters->ids[clusters->n++], clusters->ids[i], PS_ID_BYTES);
        }
    }
    return PS_OK;
}

static size_t find_cluster(const struct ps_clusters *clusters, const char *id)
{
    for (size_t i = 0; i < clusters->n; i++) {
        if (strcmp(clusters->ids[i], id) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* ---- one correlation for all ---- */

static void fill_uniform(struct ps_load *load, const struct ps_case *c,
                         const struct ps_clusters *clusters, double *matrix)
{
    const struct ps_column_desc *column = ps_column_find(PS_TABLE_scenarios, "index_correlation");
    const size_t n = clusters->n;
    if (n > 1 && !ps_case_bad(c, column) &&
        1 + (double)(n - 1) * clusters->uniform < EIGENVALUE_LEAST) {
        char bound[32], count[24];
        (void)snprintf(bound, sizeof bound, "%.6g", -1 / (double)(n - 1));
        (void)snprintf(count, sizeof count, "%zu", n);
        const struct ps_place place = ps_case_place(load, c, column);
        const char *const args[] = {bound, count, NULL};
        ps_load_tell(load, PS_DIAG_INDEX_CORRELATION, &place, NULL, args);
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            matrix[i * n + k] = i == k ? 1 : clusters->uniform;
        }
    }
}

/* ---- correlations.csv ---- */

/* Where a cluster stands in the file, or SIZE_MAX. */
static size_t row_of(const struct ps_source *source, const char *id)
{
    const struct ps_column_desc *column = &ps_table_desc(PS_TABLE_correlations)->columns[0];
    for (size_t i = 0; i < source->csv.rows_n; i++) {
        const struct ps_correlations_row *row = (const void *)(source->rows + i * sizeof *row);
        if (ps_source_state(source, i, column) == PS_CELL_GIVEN &&
            strcmp(row->cluster_id, id) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

static size_t column_of(const struct ps_source *source, const char *id)
{
    for (size_t k = 0; k < source->csv.columns_n; k++) {
        const struct ps_binding *binding = &source->bindings[k];
        if (binding->bind == PS_BIND_CLUSTER && strcmp(binding->row_id, id) == 0) {
            return k;
        }
    }
    return SIZE_MAX;
}

/* Rows and columns of every cluster; 0 when one is missing (told). */
static int locate(struct ps_load *load, const struct ps_clusters *clusters, size_t *rows,
                  size_t *columns)
{
    const struct ps_source *source = clusters->source;
    int complete = 1;
    for (size_t i = 0; i < clusters->n; i++) {
        rows[i] = row_of(source, clusters->ids[i]);
        columns[i] = column_of(source, clusters->ids[i]);
        if (rows[i] != SIZE_MAX && columns[i] != SIZE_MAX) {
            continue;
        }
        complete = 0;
        if (!source->broken) {
            const struct ps_place place = ps_source_header(source, NULL);
            const char *const args[] = {clusters->ids[i], NULL};
            ps_load_tell(load, PS_DIAG_MATRIX_MISSING, &place, NULL, args);
        }
    }
    for (size_t k = 0; k < source->csv.columns_n; k++) {
        const struct ps_binding *binding = &source->bindings[k];
        if (complete && binding->bind == PS_BIND_CLUSTER &&
            find_cluster(clusters, binding->row_id) == SIZE_MAX) {
            const struct ps_place place = ps_csv_place(&source->csv, &source->csv.header.cells[k]);
            ps_load_tell(load, PS_DIAG_MATRIX_EXTRA, &place, binding->row_id, NULL);
        }
    }
    return complete;
}

static struct ps_place entry_place(const struct ps_source *source, size_t row, size_t column)
{
    return ps_csv_place(&source->csv, &source->csv.rows[row].cells[column]);
}

/* Copies the entries; 0 when one was refused or the matrix is no correlation matrix (told). */
static int copy_entries(struct ps_load *load, const struct ps_clusters *clusters,
                        const size_t *rows, const size_t *columns, double *matrix)
{
    const struct ps_source *source = clusters->source;
    const size_t n = clusters->n;
    int good = 1;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            matrix[i * n + k] = source->matrix[rows[i] * source->csv.columns_n + columns[k]];
            good = good && !isnan(matrix[i * n + k]);
        }
    }
    for (size_t i = 0; good && i < n; i++) {
        if (fabs(matrix[i * n + i] - 1) > 0) {
            const struct ps_place place = entry_place(source, rows[i], columns[i]);
            ps_load_tell(load, PS_DIAG_MATRIX_DIAGONAL, &place, NULL, NULL);
            good = 0;
        }
    }
    int symmetric = 1;
    for (size_t i = 0; good && i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (fabs(matrix[i * n + k] - matrix[k * n + i]) > 0) {
                const struct ps_place place = entry_place(source, rows[i], columns[k]);
                const char *const args[] = {clusters->ids[i], clusters->ids[k], NULL};
                ps_load_tell(load, PS_DIAG_MATRIX_ASYMMETRIC, &place, NULL, args);
                symmetric = 0;
            }
        }
    }
    return good && symmetric;
}

static enum ps_status check_definite(struct ps_load *load, const struct ps_clusters *clusters,
                                     const double *matrix)
{
    const size_t n = clusters->n;
    double *copy = ps_load_take(&load->scratch, n * n, sizeof *copy);
    if (copy == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    memcpy(copy, matrix, n * n * sizeof *copy);
    const double least = ps_smallest_eigenvalue(copy, n);
    if (least < EIGENVALUE_LEAST) {
        char text[32];
        (void)snprintf(text, sizeof text, "%.6g", least);
        const struct ps_place place = ps_source_header(clusters->source, NULL);
        const char *const args[] = {text, NULL};
        ps_load_tell(load, PS_DIAG_MATRIX_INDEFINITE, &place, NULL, args);
    }
    return PS_OK;
}

static enum ps_status fill_from_file(struct ps_load *load, const struct ps_clusters *clusters,
                                     double *matrix)
{
    size_t *rows = ps_load_take(&load->scratch, clusters->n, sizeof *rows);
    size_t *columns = ps_load_take(&load->scratch, clusters->n, sizeof *columns);
    if (rows == NULL || columns == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    if (locate(load, clusters, rows, columns) &&
        copy_entries(load, clusters, rows, columns, matrix)) {
        return check_definite(load, clusters, matrix);
    }
    return PS_OK;
}

enum ps_status ps_check_clusters(struct ps_load *load, const struct ps_case *c,
                                 struct ps_clusters *clusters)
{
    const enum ps_status status = collect(load, clusters);
    const struct ps_source *segments = clusters->segments->source;
    if (status != PS_OK || clusters->n == 0 || (segments != NULL && segments->broken)) {
        return status;
    }
    if (clusters->n > CLUSTERS_MAX) {
        const struct ps_place place =
            ps_source_header(segments, ps_column_find(PS_TABLE_segments, "cluster_id"));
        const char *const args[] = {"256", NULL};
        ps_load_tell(load, PS_DIAG_CLUSTERS_TOO_MANY, &place, NULL, args);
        return PS_OK;
    }
    clusters->matrix =
        ps_load_take(load->kept, clusters->n * clusters->n, sizeof *clusters->matrix);
    if (clusters->matrix == NULL) {
        return ps_status_raise(PS_MEMORY);
    }
    if (clusters->source == NULL) {
        fill_uniform(load, c, clusters, clusters->matrix);
        return PS_OK;
    }
    return fill_from_file(load, clusters, clusters->matrix);
}
