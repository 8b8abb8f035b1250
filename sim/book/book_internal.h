// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_BOOK_INTERNAL_H
#define PLEDGESIM_BOOK_INTERNAL_H

#include "pledgesim/arena.h"
#include "pledgesim/book.h"
#include "pledgesim/csv.h"
#include "pledgesim/nearest.h"
#include "pledgesim/number.h"

/* What the files of sim/book share while a book is loaded; nobody else includes this.
 *
 * A book is loaded in five steps, each a file or two:
 *   columns*.c   what each column of a file is                 (struct ps_binding)
 *   values.c     one cell -> one typed value                   (struct ps_value)
 *   source.c     one file -> typed cells                       (struct ps_source)
 *   resolve*.c   rows of scenarios.csv -> scenarios            (struct ps_line, struct ps_case)
 *   validate*.c  what cells and tables must be to each other
 * All problems go to one list; a cell that was refused is marked, and no check that would read it
 * is made, so that one mistake is told once. */

enum {
    PS_SCENARIOS_MAX = 10000,
    PS_NAME_BYTES = 3 * PS_ID_BYTES /* "products.<id>.pool_share_pct" */
};

/* ---- columns ---- */

enum ps_bind {
    PS_BIND_NOTHING,  /* refused; its cells are not read */
    PS_BIND_VALUE,    /* a column of the table itself */
    PS_BIND_FILE,     /* <table>_file in scenarios.csv */
    PS_BIND_OVERRIDE, /* <table>.<row>.<column> in scenarios.csv */
    PS_BIND_CLUSTER   /* a cluster of correlations.csv */
};

struct ps_binding {
    enum ps_bind bind;
    enum ps_table table;                 /* whose file, or whose row and column */
    const struct ps_column_desc *column; /* NULL for FILE and CLUSTER */
    enum ps_unit unit;                   /* told in the header's brackets, or PS_UNIT_NONE */
    const char *row_id;                  /* OVERRIDE: the row; CLUSTER: the cluster */
    const char *name;                    /* as ids and --set write it */
};

/* Binds one header text of `table`. Tells what is wrong and leaves PS_BIND_NOTHING. */
enum ps_status ps_columns_bind_name(struct ps_arena *arena, enum ps_table table, const char *norm,
                                    const struct ps_place *place, struct ps_diags *diags,
                                    struct ps_binding *out) PS_MUST_CHECK;

/* Binds a whole header: columns_n bindings from the arena. Unknown, repeated and missing columns
 * are told. */
enum ps_status ps_columns_bind(struct ps_arena *arena, enum ps_table table,
                               const struct ps_csv *csv, struct ps_diags *diags,
                               struct ps_binding **out) PS_MUST_CHECK;

/* ---- values ---- */

struct ps_value {
    int64_t whole;             /* CHOICE, BOOL, COUNT, FEN, PPM, TIMES */
    double real;               /* REAL, FRAC */
    char text[PS_LABEL_BYTES]; /* ID, REF, TEXT */
};

/* One text of a column. `text` as written, `norm` its NFKC. 0 when it was refused (told in diags).
 */
int ps_value_parse(const struct ps_column_desc *column, enum ps_unit header_unit, const char *text,
                   const char *norm, const struct ps_place *place, struct ps_diags *diags,
                   struct ps_value *out);

/* The value a preset of tables.def stands for: not for "" and "=...". */
void ps_value_preset(const struct ps_column_desc *column, struct ps_value *out);

void ps_value_store(const struct ps_column_desc *column, const struct ps_value *value, void *row);
void ps_value_load(const struct ps_column_desc *column, const void *row, struct ps_value *value);

/* Kinds by what stores them: a double, text, else int64_t. */
int ps_kind_is_real(enum ps_kind kind);
int ps_kind_is_text(enum ps_kind kind);
/* The stored value is the written one times 10^shift. */
int ps_value_shift(enum ps_kind kind);

/* Plain decimal digits; the unit is left out. */
void ps_decimal_format(const struct ps_decimal *d, char buffer[PS_LABEL_BYTES]);

/* A value as a cell of its column would hold it, with '.', no unit; "" when not given. */
void ps_value_text(const struct ps_column_desc *column, const struct ps_value *value,
                   char buffer[PS_LABEL_BYTES]);

/* The field of `row` as a cell of this column would hold it, with '.', no unit; "" when not given.
 */
void ps_value_format(const struct ps_column_desc *column, const void *row,
                     char buffer[PS_LABEL_BYTES]);

/* Text of an id in a row, whatever its kind: demand has years for ids. */
void ps_row_id(enum ps_table table, const void *row, char buffer[PS_LABEL_BYTES]);

/* ---- ids ---- */

/* NFC of an id in `out`; 0 when it is refused (told in diags). */
int ps_id_parse(const char *text, const struct ps_place *place, struct ps_diags *diags,
                char out[PS_ID_BYTES]);

/* NFC and case folding: equal for ids that count as one. Owned by the arena; NULL: out of memory.
 */
const char *ps_id_fold(struct ps_arena *arena, const char *id);

/* ---- sources: one file, read and typed once ---- */

enum ps_cell_state { PS_CELL_EMPTY, PS_CELL_GIVEN, PS_CELL_BAD };

struct ps_source {
    struct ps_source *next;
    enum ps_table table;
    const char *name; /* as shown: "products.csv", "alt/products.csv", "built-in products.csv" */
    int built_in;
    int broken; /* rows are missing: sums and references would mislead */
    struct ps_csv csv;
    struct ps_binding *bindings; /* csv.columns_n */
    size_t *field_of;            /* for each column of the table: index in a csv row, or SIZE_MAX */
    unsigned char *rows;         /* csv.rows_n x row_bytes; only given cells hold a value */
    unsigned char *states;       /* csv.rows_n x columns_n of enum ps_cell_state */
    double *matrix;              /* correlations: csv.rows_n x csv.columns_n, NAN where refused */
};

struct ps_load;

/* Reads a table of the book's folder (once: a second call gives the same source). */
enum ps_status ps_source_read(struct ps_load *load, enum ps_table table, const char *file,
                              struct ps_source **out) PS_MUST_CHECK;
/* The built-in table; *out is NULL when there is none. */
enum ps_status ps_source_builtin(struct ps_load *load, enum ps_table table, struct ps_source **out)
    PS_MUST_CHECK;
void ps_source_free(struct ps_source *sources);

/* Tells every row whose id counts as one used above it; ids[i] belongs to row i, "" is skipped. */
enum ps_status ps_source_unique(struct ps_load *load, const struct ps_source *source,
                                const char *const ids[]) PS_MUST_CHECK;

enum ps_cell_state ps_source_state(const struct ps_source *source, size_t row,
                                   const struct ps_column_desc *column);
/* Place of a cell; of the row's id when the column is absent. */
struct ps_place ps_source_place(const struct ps_source *source, size_t row,
                                const struct ps_column_desc *column);
/* Place of a column's header; of the first header when the column is absent. */
struct ps_place ps_source_header(const struct ps_source *source,
                                 const struct ps_column_desc *column);

/* ---- scenarios.csv ---- */

/* One cell of scenarios.csv or one --set. */
struct ps_item {
    const struct ps_cell *cell; /* NULL: --set */
    const char *text;           /* as written, for messages */
    int bad;
    struct ps_value *values; /* of VALUE and OVERRIDE; more than one: a sweep */
    size_t values_n;
    struct ps_source *source; /* of FILE */
};

/* One row of scenarios.csv: own cells, then with what it inherits and --set. */
struct ps_line {
    const struct ps_csv_row *row;
    char id[PS_ID_BYTES];
    char label[PS_LABEL_BYTES];
    char base_id[PS_ID_BYTES];
    const struct ps_item **items; /* one a slot, NULL = not given */
    size_t base;                  /* index of the line it inherits from, or SIZE_MAX */
    int visit;                    /* of inheritance: 0 not yet, 1 under way, 2 done */
    int orphan;                   /* its base, or one further up, is not to be had (told) */
};

/* A table of one scenario: immutable, shared by all scenarios it is equal for. */
struct ps_rows {
    struct ps_rows *next;
    enum ps_table table;
    const struct ps_source *source; /* NULL: no file, the rows are defaults */
    unsigned char *bytes;           /* n rows, sorted by id */
    size_t n;
    size_t *from;                     /* source row of each row; SIZE_MAX for a default row */
    const struct ps_item **overrides; /* n x columns_n, NULL where nothing overrides; or NULL */
    const struct ps_case *first;      /* the case whose "=name" values it holds */
};

/* Clusters and their correlation, shared in the same way. */
struct ps_clusters {
    struct ps_clusters *next;
    const struct ps_rows *segments;
    const struct ps_source *source; /* correlations.csv, or NULL: uniform */
    double uniform;
    const struct ps_case *first; /* the case that made it */
    char (*ids)[PS_ID_BYTES];
    size_t n;
    double *matrix; /* NULL when it could not be had */
};

/* One scenario on its way: a line and its place in the grid of its sweeps. */
struct ps_case {
    const struct ps_line *line;
    size_t *picks; /* one a slot: which value of a sweep */
    struct ps_scenarios_row p;
    const struct ps_item **given; /* by column of scenarios.csv, NULL = default */
    const struct ps_rows *tables[PS_TABLE_N];
    const struct ps_source *correlations; /* NULL: uniform */
    const struct ps_clusters *clusters;
};

/* Two tables whose references were checked. */
struct ps_pair {
    struct ps_pair *next;
    const struct ps_source *from, *to;
};

/* A file of the folder that is no table of its own. */
struct ps_name {
    struct ps_name *next;
    const char *name;
};

/* "baseline, pool_500, pool_700 (+12)": scenarios that have something in common. */
struct ps_names {
    size_t n, bytes;
    char text[512];
};

void ps_names_add(struct ps_names *names, const char *id);
void ps_names_end(struct ps_names *names);

struct ps_told; /* what several scenarios are warned of at one cell */

struct ps_load {
    const struct ps_book_request *request;
    struct ps_diags *diags;
    struct ps_book *book;
    struct ps_arena *kept;       /* lives as long as the book */
    struct ps_arena scratch;     /* lives as long as the loading */
    const char *folder;          /* where files of the book lie; NULL for standard input */
    int alone;                   /* scenarios.csv is the whole book */
    int unreadable;              /* the book itself could not be read */
    struct ps_name *misnamed;    /* files that may be meant as tables but have another ending */
    struct ps_name *others;      /* CSV files of the folder that no table is named after */
    struct ps_source *sources;   /* every file read */
    struct ps_source *scenarios; /* scenarios.csv */
    struct ps_source *regular[PS_TABLE_N]; /* <table>.csv or the built-in one; NULL = empty */
    struct ps_binding *slots;         /* columns of scenarios.csv, then --set that no column has */
    const struct ps_item **set_items; /* by slot, NULL = no --set */
    size_t slots_n;
    size_t *slot_of; /* by column of scenarios.csv: its slot, or SIZE_MAX */
    struct ps_line *lines;
    size_t lines_n;
    struct ps_case *cases; /* those that --only keeps */
    size_t cases_n;
    struct ps_rows *shared[PS_TABLE_N];
    struct ps_clusters *clusters;
    struct ps_pair *pairs;
    struct ps_told *told;
};

/* Zeroed array from an arena; NULL when memory is out. n may be 0. */
void *ps_load_take(struct ps_arena *arena, size_t n, size_t size);

/* Adds a problem unless the very same one was told before. args as in ps_diags_add. */
void ps_load_tell(struct ps_load *load, enum ps_diag_code code, const struct ps_place *place,
                  const char *value, const char *const args[]);

/* Notes a problem whose numbers {0} and {1} may differ from scenario to scenario: it is told once
 * for its cell, with the numbers of the first scenario and the names of all as {2}, when
 * ps_load_tell_noted is called. */
void ps_load_note(struct ps_load *load, const struct ps_case *c, enum ps_diag_code code,
                  const struct ps_place *place, const char *first, const char *second);
void ps_load_tell_noted(struct ps_load *load);

/* Descriptor of a column by its name in the file; NULL when there is none. */
const struct ps_column_desc *ps_column_find(enum ps_table table, const char *name);

struct ps_embedded_file;
/* A file of a built-in book, or NULL. */
const struct ps_embedded_file *ps_builtin_find(const char *book, const char *file);

/* Finds the files of the book and reads every table: load->scenarios, load->regular. */
enum ps_status ps_folder_read(struct ps_load *load) PS_MUST_CHECK;

/* Warns of CSV files in the folder that nothing named. */
void ps_folder_warn_unread(struct ps_load *load);

/* scenarios.csv and --set -> load->slots, load->lines, with inheritance done. */
enum ps_status ps_lines_read(struct ps_load *load) PS_MUST_CHECK;

/* One cell or --set value of a slot, sweeps written out, files read. */
enum ps_status ps_item_read(struct ps_load *load, const struct ps_binding *binding,
                            const char *text, const char *norm, const struct ps_place *place,
                            struct ps_item *item) PS_MUST_CHECK;

/* Lines -> load->cases: expands sweeps, keeps what --only asks for, resolves tables, checks. */
enum ps_status ps_cases_resolve(struct ps_load *load) PS_MUST_CHECK;

/* The table a case sees; shared when an earlier case has an equal one. Checks a new one. */
enum ps_status ps_case_table(struct ps_load *load, struct ps_case *c, enum ps_table table)
    PS_MUST_CHECK;
/* Clusters and correlation of a case; checks new ones. */
enum ps_status ps_case_clusters(struct ps_load *load, struct ps_case *c) PS_MUST_CHECK;

/* Cases -> book->scenarios and book->resolved. */
enum ps_status ps_book_fill(struct ps_load *load) PS_MUST_CHECK;

/* Column of a case that was refused; its value is a stand-in. */
int ps_case_bad(const struct ps_case *c, const struct ps_column_desc *column);
/* Place of a scalar of a case: its cell, or the row's id. */
struct ps_place ps_case_place(const struct ps_load *load, const struct ps_case *c,
                              const struct ps_column_desc *column);
struct ps_place ps_item_place(const struct ps_load *load, const struct ps_item *item);

const void *ps_rows_at(const struct ps_rows *rows, size_t row);
/* The row with this id, or SIZE_MAX. */
size_t ps_rows_find(const struct ps_rows *rows, const char *id);
/* The item that overrides a cell, or NULL. */
const struct ps_item *ps_rows_override(const struct ps_rows *rows, size_t row,
                                       const struct ps_column_desc *column);
/* Place of a cell of a resolved table. */
struct ps_place ps_rows_place(const struct ps_load *load, const struct ps_rows *rows, size_t row,
                              const struct ps_column_desc *column);
/* 1 when the cell was refused; its value is a stand-in. */
int ps_rows_bad(const struct ps_rows *rows, size_t row, const struct ps_column_desc *column);

struct ps_scheme_term;
/* What an empty cell of a product takes from the scheme that the row names; NULL: nothing. */
const struct ps_scheme_term *ps_rows_term(const struct ps_rows *rows, size_t row,
                                          const struct ps_column_desc *column);
/* Eq. (7.18): writes the terms of schemes into the empty cells of products. */
void ps_rows_follow_schemes(struct ps_rows *products);
/* Tells that no scheme has this name. */
void ps_schemes_tell_unknown(const char *text, const char *norm, const struct ps_place *place,
                             struct ps_diags *diags);

/* ---- checks ---- */

/* Within one table; once for each distinct table. */
void ps_check_table(struct ps_load *load, const struct ps_rows *rows);
/* References between the tables of a case. */
enum ps_status ps_check_references(struct ps_load *load, const struct ps_case *c) PS_MUST_CHECK;
/* Everything that reads scalars of the scenario. */
void ps_check_case(struct ps_load *load, const struct ps_case *c);
/* sector_weights.csv: known clusters, weights up to 100 % a segment, not too many. */
void ps_check_sectors(struct ps_load *load, const struct ps_case *c);
void ps_check_funds(struct ps_load *load, const struct ps_case *c);
void ps_check_trusts(struct ps_load *load, const struct ps_case *c);
void ps_check_time(struct ps_load *load, const struct ps_case *c);
void ps_check_dead_ends(struct ps_load *load, const struct ps_case *c);
/* Fills clusters->matrix or tells why it cannot be had. */
enum ps_status ps_check_clusters(struct ps_load *load, const struct ps_case *c,
                                 struct ps_clusters *clusters) PS_MUST_CHECK;

/* Smallest eigenvalue of a symmetric matrix (row major, destroyed), by Jacobi rotations. */
double ps_smallest_eigenvalue(double *matrix, size_t n);

#endif
