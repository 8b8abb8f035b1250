// SPDX-License-Identifier: GPL-3.0-or-later
// Correlation matrices of a book: as many clusters as are allowed, and whether indices can be so.
#include "bookfolder.h"

#include <math.h>

#include "../../sim/book/book_internal.h"

static void test_257_clusters_are_too_many(void **state)
{
    (void)state;
    static char text[65536];
    int n = snprintf(text, sizeof text,
                     "segment_id,cluster_id,ip_kind_id,share_pct\n"
                     "s1,equip,invention,99\ns2,soft,software,1\n");
    for (int i = 0; i < 255; i++) {
        n += snprintf(text + n, sizeof text - (size_t)n, "x%d,c%d,invention,0\n", i, i);
    }
    const struct text_file files[] = {{"segments", text}, {"correlations", ""}};
    char folder[32];
    make_folder(folder, files, 2);
    struct loaded l = load(folder, NULL, NULL);
    assert_int_equal(l.status, PS_INPUT);
    assert_int_equal(l.diags.errors_n, 1);
    assert_int_equal(told(&l, PS_DIAG_CLUSTERS_TOO_MANY), 1);
    unload(&l);
    drop_folder(folder);
}

/* A book of 256 clusters; the correlation is `close` among the first hundred, else -0.001. */
static struct loaded load_256_clusters(const char *close)
{
    static char segments[65536], matrix[1 << 20];
    int n = snprintf(segments, sizeof segments,
                     "segment_id,cluster_id,ip_kind_id,share_pct\n"
                     "s1,c0,invention,99\ns2,c1,software,1\n");
    int m = snprintf(matrix, sizeof matrix, "cluster_id");
    for (int i = 2; i < 256; i++) {
        n += snprintf(segments + n, sizeof segments - (size_t)n, "x%d,c%d,invention,0\n", i, i);
    }
    for (int k = 0; k < 256; k++) {
        m += snprintf(matrix + m, sizeof matrix - (size_t)m, ",c%d", k);
    }
    for (int i = 0; i < 256; i++) {
        m += snprintf(matrix + m, sizeof matrix - (size_t)m, "\nc%d", i);
        for (int k = 0; k < 256; k++) {
            const char *entry = i == k ? "1" : i < 100 && k < 100 ? close : "-0.001";
            m += snprintf(matrix + m, sizeof matrix - (size_t)m, ",%s", entry);
        }
    }
    const struct text_file files[] = {{"segments", segments}, {"correlations", matrix}};
    char folder[32];
    make_folder(folder, files, 2);
    const struct loaded l = load(folder, NULL, NULL);
    drop_folder(folder);
    return l;
}

static void test_256_clusters_are_correlated(void **state)
{
    (void)state;
    struct loaded l = load_256_clusters("-0.0093"); /* smallest eigenvalue 0.0594 (numpy) */
    assert_int_equal(l.status, PS_OK);
    assert_int_equal(l.book.scenarios[0].clusters_n, 256);
    unload(&l);
    l = load_256_clusters("-0.01"); /* -0.00828234 */
    assert_int_equal(l.status, PS_INPUT);
    assert_int_equal(told(&l, PS_DIAG_MATRIX_INDEFINITE), 1);
    assert_string_equal(l.diags.items[0].args[0], "-0.00828234");
    unload(&l);
}

static void test_eigenvalues_of_equal_correlations(void **state)
{
    (void)state;
    static const double CORRELATIONS[] = {-0.01, 0, 0.3, 0.9};
    for (size_t c = 0; c < 4; c++) {
        static double matrix[100 * 100];
        const double rho = CORRELATIONS[c];
        for (size_t i = 0; i < 100; i++) {
            for (size_t k = 0; k < 100; k++) {
                matrix[i * 100 + k] = i == k ? 1 : rho;
            }
        }
        const double exact = rho < 0 ? 1 + 99 * rho : 1 - rho;
        const double least = ps_smallest_eigenvalue(matrix, 100);
        assert_true(fabs(least - exact) < 1e-11);
        /* The same data refuse a wrong value. */
        assert_true(fabs(least - (exact + 1e-9)) > 1e-11);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_257_clusters_are_too_many),
        cmocka_unit_test(test_256_clusters_are_correlated),
        cmocka_unit_test(test_eigenvalues_of_equal_correlations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
