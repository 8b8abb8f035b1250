// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pledgesim/csv.h"

/* One table read from memory, with its diagnostics. */
struct reading {
    struct ps_diags diags;
    struct ps_csv csv;
    enum ps_status status;
};

static struct reading read_bytes(const char *bytes, size_t n)
{
    struct reading r = {0};
    r.status = ps_csv_parse(bytes, n, "t.csv", &r.diags, &r.csv);
    ps_diags_sort(&r.diags, 0);
    return r;
}

static struct reading read_text(const char *text)
{
    return read_bytes(text, strlen(text));
}

static void reading_free(struct reading *r)
{
    ps_csv_free(&r->csv);
    ps_diags_free(&r->diags);
}

static struct reading read_good(const char *text)
{
    struct reading r = read_text(text);
    if (r.status != PS_OK) {
        fail_msg("%s at %ld:%ld", ps_diag_kind(r.diags.items[0].code)->code,
                 r.diags.items[0].place.line, r.diags.items[0].place.column);
    }
    return r;
}

static void assert_cell(const struct ps_cell *cell, const char *text, long line, long column,
                        long row, long field)
{
    assert_string_equal(cell->text, text);
    assert_int_equal(cell->line, line);
    assert_int_equal(cell->column, column);
    assert_int_equal(cell->row, row);
    assert_int_equal(cell->field, field);
}

static void test_plain(void **state)
{
    (void)state;
    struct reading r = read_good("id,label\ns1,基准情景\ns2,\n");
    assert_int_equal(r.csv.columns_n, 2);
    assert_int_equal(r.csv.rows_n, 2);
    assert_string_equal(r.csv.encoding, "UTF-8");
    assert_cell(&r.csv.header.cells[1], "label", 1, 4, 1, 2);
    assert_cell(&r.csv.rows[0].cells[1], "基准情景", 2, 4, 2, 2);
    assert_cell(&r.csv.rows[1].cells[0], "s2", 3, 1, 3, 1);
    assert_cell(&r.csv.rows[1].cells[1], "", 3, 4, 3, 2);
    assert_int_equal(r.csv.rows[1].line, 3);
    const struct ps_place place = ps_csv_place(&r.csv, &r.csv.rows[0].cells[1]);
    assert_string_equal(place.file, "t.csv");
    assert_string_equal(place.source, "s1,基准情景");
    reading_free(&r);
}

/* LF, CRLF, CR, with and without a last line end, are one and the same table. */
static void test_line_ends(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {"a,b\n1,2\n\n3,4\n",     "a,b\r\n1,2\r\n\r\n3,4\r\n",
                                        "a,b\r1,2\r\r3,4\r",     "a,b\n1,2\n\n3,4",
                                        "a,b\r\n1,2\r\n\r\n3,4", "a,b\r1,2\r\r3,4"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct reading r = read_good(TEXTS[i]);
        assert_int_equal(r.csv.rows_n, 2);
        assert_cell(&r.csv.rows[0].cells[1], "2", 2, 3, 2, 2);
        assert_cell(&r.csv.rows[1].cells[0], "3", 4, 1, 4, 1);
        reading_free(&r);
    }
}

/* A line break inside quotes ends the line, not the spreadsheet row. */
static void test_quoted(void **state)
{
    (void)state;
    struct reading r =
        read_good("a,b,c\r\n\"x\r\ny\",\"p,q\" , \"say \"\"hi\"\"\"\r\n1,\"\",3\r\n");
    const struct ps_cell *cells = r.csv.rows[0].cells;
    assert_cell(&cells[0], "x\ny", 2, 2, 2, 1);
    assert_cell(&cells[1], "p,q", 3, 5, 2, 2);
    assert_cell(&cells[2], "say \"hi\"", 3, 13, 2, 3);
    assert_true(cells[0].quoted && cells[1].quoted && cells[2].quoted);
    cells = r.csv.rows[1].cells;
    assert_cell(&cells[0], "1", 4, 1, 3, 1);
    assert_cell(&cells[1], "", 4, 4, 3, 2);
    assert_cell(&cells[2], "3", 4, 6, 3, 3);
    assert_false(cells[0].quoted);
    assert_int_equal(r.csv.lines_n, 5);
    assert_string_equal(r.csv.lines[2], "y\",\"p,q\" , \"say \"\"hi\"\"\"");
    reading_free(&r);
}

/* Blanks and invisible characters at the ends go, inside they stay; the place is that of what is
 * left. U+3000, U+00A0, U+200B, U+FEFF. */
static void test_trimming(void **state)
{
    (void)state;
    struct reading r = read_good("\xE2\x80\x8B\xEF\xBB\xBF"
                                 "a\xE2\x80\x8B,b ,c\n"
                                 "\xE3\x80\x80s 1\xC2\xA0,\t2 ,\" \n 3 \"\n");
    assert_cell(&r.csv.header.cells[0], "a", 1, 3, 1, 1);
    assert_cell(&r.csv.header.cells[1], "b", 1, 6, 1, 2);
    assert_cell(&r.csv.rows[0].cells[0], "s 1", 2, 2, 2, 1);
    assert_cell(&r.csv.rows[0].cells[1], "2", 2, 8, 2, 2);
    assert_cell(&r.csv.rows[0].cells[2], "3", 3, 2, 2, 3);
    reading_free(&r);
}

static void test_norm(void **state)
{
    (void)state;
    static const struct {
        const char *text, *norm;
    } CASES[] = {
        {"１２．５％", "12.5%"},
        {"资金池（万元）", "资金池(万元)"},
        {"ＡＢＣ", "ABC"},
        {"10²", "10²"},
        {"①", "①"},
        {"½", "½"},
        {"x", "x"},
        {"e\xCC\x81", "é"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char text[100];
        (void)snprintf(text, sizeof text, "a\n%s\n", CASES[i].text);
        struct reading r = read_good(text);
        assert_string_equal(r.csv.rows[0].cells[0].text, CASES[i].text);
        assert_string_equal(r.csv.rows[0].cells[0].norm, CASES[i].norm);
        reading_free(&r);
    }
    struct reading r = read_good("\"资金池\r\n初始规模\n（万元）\"\n1\n");
    assert_string_equal(r.csv.header.cells[0].norm, "资金池初始规模(万元)");
    assert_string_equal(r.csv.header.cells[0].text, "资金池\n初始规模\n（万元）");
    reading_free(&r);
}

/* What Excel leaves around a table: empty rows, empty columns at the right. */
static void test_excel_leftovers(void **state)
{
    (void)state;
    struct reading r = read_good(",,,\r\na,b,,\r\n1,2,,\r\n,,,\r\n3,4\r\n5,6,,,,,\r\n,,\r\n");
    assert_int_equal(r.csv.columns_n, 2);
    assert_int_equal(r.csv.rows_n, 3);
    assert_cell(&r.csv.rows[1].cells[0], "3", 5, 1, 5, 1);
    reading_free(&r);
    r = read_good("a,b");
    assert_int_equal(r.csv.columns_n, 2);
    assert_int_equal(r.csv.rows_n, 0);
    reading_free(&r);
}

#define BYTES(text) (text), sizeof(text) - 1

/* Each malformed text gives exactly these codes, the first one at this place. */
static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *codes;
        long line, column;
    } CASES[] = {
        {BYTES(""), "F007", 0, 0},
        {BYTES("\xEF\xBB\xBF"), "F007", 0, 0},
        {BYTES("\n \r\n,,\n\"\",\n"), "F007", 0, 0},
        {BYTES("PK\x03\x04rest"), "F008", 0, 0},
        {BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "F008", 0, 0},
        {BYTES("\x1F\x8B\x08\x00"), "F009", 0, 0},
        {BYTES("\n <!DOCTYPE html><html>"), "F010", 0, 0},
        {BYTES("<?xml version=\"1.0\"?>"), "F010", 0, 0},
        {BYTES("\xEF\xBB\xBF{\"a\": 1}"), "F011", 0, 0},
        {BYTES("[1,2]"), "F011", 0, 0},
        {BYTES("%PDF-1.7\n"), "F012", 0, 0},
        {BYTES("\xFF\xFE"
               "a\0,\0b\0"),
         "F013", 0, 0},
        {BYTES("\xFE\xFF\0a\0,"), "F013", 0, 0},
        {BYTES("\xFF\xFE\0\0a\0\0\0"), "F013", 0, 0},
        {BYTES("a\0,\0b\0\n\0"), "F013", 0, 0},
        {BYTES("a,b\n1,\0002\n"), "F014", 2, 3},
        {BYTES("a,b\n1,\xFF\xFF\n"), "F015", 2, 3},
        {BYTES("\xEF\xBB\xBF"
               "a\n\xB4\xA8\n"),
         "F016", 2, 1},
        {BYTES("\xE5\x90\x8D,\xE7\xA7\xB0\n\xE5\x90\x8D,\xE7\xA7\n"), "F016", 2, 3},
        {BYTES("a;b\n1;2\n"), "F017", 1, 1},
        {BYTES("a\tb\n1\t2\n"), "F017", 1, 1},
        {BYTES("a，b\n1，2\n"), "F017", 1, 1},
        {BYTES("a,b；c\n1,2；3\n"), "F017", 1, 3},
        {BYTES("a|b\n1|2\n"), "F017", 1, 1},
        {BYTES("a,b,a,b\n"), "F018 F018", 1, 5},
        {BYTES("a,ａ\n"), "F018", 1, 3},
        {BYTES("a,,c\n"), "F019", 1, 3},
        {BYTES("a,b\n1\n2,3\n4\n"), "F020 F020", 2, 2},
        {BYTES("a,b\n1,2,3\n4,5,,,6\n"), "F021 F021", 2, 5},
        {BYTES("a,b,c\n1，2，3\n"), "F022", 2, 6},
        {BYTES("a,b\nx \"y\" z,2\n"), "F023", 2, 3},
        {BYTES("a,b\n\"x\" y,2\n"), "F024", 2, 5},
        {BYTES("a,b\n1,\"x\n2,y\n"), "F025", 2, 3},
        {BYTES("a,b\n1,\"x\n2,\"y\"\n"), "F025", 2, 3},
        {BYTES("a,b\n1,\""), "F025", 2, 3},
        {BYTES("a,b\n1,2\na,b\n3,4\n"), "F029", 3, 1},
        {BYTES("a,b\n<<<<<<< HEAD\n1,2\n=======\n1,3\n>>>>>>> other\n"), "F030 F030 F030", 2, 1},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct reading r = read_bytes(CASES[i].bytes, CASES[i].n);
        char codes[100] = "";
        for (size_t k = 0; k < r.diags.n && k < 16; k++) {
            (void)strcat(codes, k == 0 ? "" : " ");
            (void)strcat(codes, ps_diag_kind(r.diags.items[k].code)->code);
        }
        const struct ps_place *place = &r.diags.items[0].place;
        if (r.status != PS_INPUT || strcmp(codes, CASES[i].codes) != 0 ||
            place->line != CASES[i].line || place->column != CASES[i].column) {
            fail_msg("case %zu: %s instead of %s, at %ld:%ld", i, codes, CASES[i].codes,
                     place->line, place->column);
        }
        reading_free(&r);
    }
}

/* Rows around a malformed one are read, so that all problems are told at once. */
static void test_goes_on(void **state)
{
    (void)state;
    struct reading r = read_text("a,b\n1,2\n3\n4,5\n6,7,8\n");
    assert_int_equal(r.status, PS_INPUT);
    assert_int_equal(r.csv.rows_n, 2);
    assert_string_equal(r.csv.rows[1].cells[0].text, "4");
    assert_int_equal(r.diags.errors_n, 2);
    assert_string_equal(r.diags.items[1].place.source, "6,7,8");
    reading_free(&r);
}

static void test_encodings(void **state)
{
    (void)state;
    static const struct {
        const char *text, *encoding, *label;
        int notes_n;
    } CASES[] = {
        {"a,b\n1,\xE5\x9F\xBA\xE5\x87\x86\n", "UTF-8", "基准", 0},
        {"\xEF\xBB\xBF"
         "a,b\n1,\xE5\x9F\xBA\xE5\x87\x86\n",
         "UTF-8-BOM", "基准", 0},
        {"a,b\n1,\xBB\xF9\xD7\xBC\n", "GB18030", "基准", 1},
        {"a,b\n1,\x82\x30\x81\x30\n", "GB18030", "\xC6\x87", 1}, /* a character of four bytes */
        {"a,b\n1,\x80\xBB\xF9\n", "CP936", "€基", 1},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct reading r = read_good(CASES[i].text);
        assert_string_equal(r.csv.encoding, CASES[i].encoding);
        assert_int_equal(r.diags.notes_n, CASES[i].notes_n);
        if (i != 3) {
            assert_string_equal(r.csv.rows[0].cells[1].text, CASES[i].label);
        }
        assert_cell(&r.csv.rows[0].cells[1], r.csv.rows[0].cells[1].text, 2, 3, 2, 2);
        reading_free(&r);
    }
}

static void test_sha256(void **state)
{
    (void)state;
    struct reading r = read_text("abc");
    assert_string_equal(r.csv.sha256,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(r.csv.bytes_n, 3);
    reading_free(&r);
}

/* A table of one header and n copies of a piece. */
static struct reading read_repeated(const char *header, const char *piece, size_t n,
                                    const char *tail)
{
    const size_t header_n = strlen(header), piece_n = strlen(piece);
    char *text = malloc(header_n + n * piece_n + strlen(tail) + 1);
    assert_non_null(text);
    memcpy(text, header, header_n);
    for (size_t i = 0; i < n; i++) {
        memcpy(text + header_n + i * piece_n, piece, piece_n);
    }
    (void)strcpy(text + header_n + n * piece_n, tail);
    struct reading r = read_text(text);
    free(text);
    return r;
}

static void assert_only(struct reading *r, enum ps_diag_code code)
{
    assert_int_equal(r->status, PS_INPUT);
    assert_int_equal(r->diags.errors_n, 1);
    assert_int_equal(r->diags.items[0].code, code);
    reading_free(r);
}

static void test_limits(void **state)
{
    (void)state;
    struct reading r = read_repeated("a\n", "x", PS_CSV_CELL_BYTES_MAX, "\n");
    assert_int_equal(r.status, PS_OK);
    assert_int_equal(strlen(r.csv.rows[0].cells[0].text), PS_CSV_CELL_BYTES_MAX);
    reading_free(&r);
    r = read_repeated("a\n", "x", PS_CSV_CELL_BYTES_MAX + 1, "\n");
    assert_only(&r, PS_DIAG_CELL_TOO_LONG);
    r = read_repeated("a\n\"", "x\n", PS_CSV_CELL_BYTES_MAX, "");
    assert_only(&r, PS_DIAG_CELL_TOO_LONG);
    r = read_repeated("", "x,", PS_CSV_COLUMNS_MAX, "x\n");
    assert_only(&r, PS_DIAG_TOO_MANY_COLUMNS);
    r = read_repeated("a,b", ",", 20000, "\n1,2\n");
    assert_int_equal(r.status, PS_OK);
    reading_free(&r);
    r = read_repeated("a,b\n1,2", ",", 20000, "x\n");
    assert_only(&r, PS_DIAG_ROW_LONG);
    r = read_repeated("a\n", "1\n", PS_CSV_ROWS_MAX, "");
    assert_int_equal(r.status, PS_OK);
    assert_int_equal(r.csv.rows_n, PS_CSV_ROWS_MAX);
    reading_free(&r);
    r = read_repeated("a\n", "1\n", PS_CSV_ROWS_MAX + 1, "");
    assert_only(&r, PS_DIAG_TOO_MANY_ROWS);
    r = read_repeated("a\n", "\n", PS_CSV_LINES_MAX, "");
    assert_only(&r, PS_DIAG_TOO_MANY_ROWS);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Random tables, written with every cell quoted, come back cell by cell, and each cell stands where
 * it says. */
static void test_round_trip(void **state)
{
    (void)state;
    static const char *const PIECES[] = {"a", ",",  "\"", "\n", "万",
                                         " ", "；", "'",  "0",  "\xF0\x9F\x98\x80"};
    static const char *const ENDS[] = {"\n", "\r\n", "\r"};
    enum { TABLES = 300, ROWS = 6, COLUMNS = 4, PIECES_MAX = 8 };
    uint64_t seed = 7;
    for (int t = 0; t < TABLES; t++) {
        char cells[ROWS][COLUMNS][100];
        char text[8192] = "h1,h2,h3,h4";
        const char *end = ENDS[t % 3];
        for (int i = 0; i < ROWS; i++) {
            (void)strcat(text, end);
            for (int k = 0; k < COLUMNS; k++) {
                (void)strcpy(cells[i][k], "<");
                (void)strcat(text, k == 0 ? "\"<" : ",\"<");
                for (uint64_t n = next_random(&seed) % PIECES_MAX; n > 0; n--) {
                    const char *piece =
                        PIECES[next_random(&seed) % (sizeof PIECES / sizeof *PIECES)];
                    (void)strcat(cells[i][k], piece);
                    (void)strcat(text, *piece == '"' ? "\"\"" : *piece == '\n' ? end : piece);
                }
                (void)strcat(cells[i][k], ">");
                (void)strcat(text, ">\"");
            }
        }
        struct reading r = read_good(text);
        assert_int_equal(r.csv.rows_n, ROWS);
        for (int i = 0; i < ROWS; i++) {
            for (int k = 0; k < COLUMNS; k++) {
                const struct ps_cell *cell = &r.csv.rows[i].cells[k];
                assert_string_equal(cell->text, cells[i][k]);
                assert_int_equal(cell->row, i + 2);
                const char *p = r.csv.lines[cell->line - 1];
                for (long column = 1; column < cell->column; column++) {
                    do {
                        p++;
                    } while (((unsigned char)*p & 0xC0) == 0x80);
                }
                assert_int_equal(*p, '<');
            }
        }
        reading_free(&r);
    }
}

/* A file cut off anywhere is refused or gives the first rows of the whole file; a cut inside quotes
 * is always refused. */
static void test_cut_off(void **state)
{
    (void)state;
    static const char TEXT[] =
        "id,名称,\"备注\"\r\ns1,基准,\"a\r\nb\"\r\ns2,\"甲,\"\"乙\"\"\",c\r\n";
    const size_t first_row = strlen("id,名称,\"备注\"\r\n"), quoted = strlen("s1,基准,\"");
    for (size_t n = 0; n < sizeof TEXT - 1; n++) {
        struct reading r = read_bytes(TEXT, n);
        if (r.status == PS_OK) {
            assert_true(r.csv.rows_n <= 2);
            if (r.csv.rows_n > 0) {
                const char *last = r.csv.rows[0].cells[2].text; /* "" when cut at the comma */
                assert_true(*last == '\0' || strcmp(last, "a\nb") == 0);
            }
        } else {
            assert_true(r.diags.errors_n > 0);
        }
        if (n >= first_row + quoted && n <= first_row + quoted + strlen("a\r\nb")) {
            assert_int_equal(r.status, PS_INPUT);
        }
        reading_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),     cmocka_unit_test(test_line_ends),
        cmocka_unit_test(test_quoted),    cmocka_unit_test(test_trimming),
        cmocka_unit_test(test_norm),      cmocka_unit_test(test_excel_leftovers),
        cmocka_unit_test(test_refused),   cmocka_unit_test(test_goes_on),
        cmocka_unit_test(test_encodings), cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_limits),    cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
