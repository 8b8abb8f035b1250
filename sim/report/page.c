// SPDX-License-Identifier: GPL-3.0-or-later
#include "pledgesim/page.h"

#include <stdlib.h>
#include <string.h>

#include "page.h"
#include "pledgesim/embedded.h"
#include "pledgesim/version.h"

/* The template, made by the build from report/, has three places to fill. */
static const char TEMPLATE_FILE[] = "template.html";
static const char *const MARKS[] = {"<!--pledgesim:title-->", "<!--pledgesim:body-->",
                                    "<!--pledgesim:data-->"};
enum { MARKS_N = sizeof MARKS / sizeof *MARKS };

/* A section: its heading, what it is about, what reads without JavaScript, and the chart that
 * JavaScript puts there. */
struct section {
    const char *id;
    enum ps_word title;
    enum ps_word intro; /* PS_WORD_N: none */
    ps_page_block *block;
    const char *chart; /* "": none */
};

static const struct section OF_RUN[] = {
    {"conclusion", PS_WORD_CONCLUSION, PS_WORD_N, ps_page_conclusion, ""},
    {"live", PS_WORD_LIVE, PS_WORD_LIVE_INTRO, NULL, "live"},
    {"distribution", PS_WORD_DISTRIBUTION, PS_WORD_DISTRIBUTION_INTRO, NULL, "distribution"},
    {"frontier", PS_WORD_FRONTIER, PS_WORD_FRONTIER_INTRO, NULL, "frontier"},
    {"heat", PS_WORD_HEAT, PS_WORD_HEAT_INTRO, NULL, "heat"},
    {"fan", PS_WORD_FAN, PS_WORD_FAN_INTRO, NULL, "fan"},
    {"exceedance", PS_WORD_EXCEEDANCE, PS_WORD_EXCEEDANCE_INTRO, NULL, "exceedance"},
    {"flows", PS_WORD_FLOWS, PS_WORD_FLOWS_INTRO, NULL, "flows"},
    {"vehicles", PS_WORD_VEHICLES, PS_WORD_VEHICLES_INTRO, ps_page_vehicles, ""},
    {"rare", PS_WORD_RARE, PS_WORD_RARE_INTRO, ps_page_rare, ""},
    {"stress", PS_WORD_STRESS, PS_WORD_STRESS_INTRO, NULL, "stress"},
    {"tornado", PS_WORD_TORNADO, PS_WORD_TORNADO_INTRO, NULL, "tornado"},
    {"compare", PS_WORD_COMPARE, PS_WORD_COMPARE_INTRO, ps_page_decisions, "compare"},
    {"convergence", PS_WORD_CONVERGENCE, PS_WORD_CONVERGENCE_INTRO, NULL, "convergence"},
    {"parameters", PS_WORD_PARAMETERS, PS_WORD_PARAMETERS_INTRO, ps_page_parameters, ""},
    {"data", PS_WORD_DATA, PS_WORD_DATA_INTRO, NULL, "data"}};

static const struct section OF_SWEEP[] = {
    {"conclusion", PS_WORD_CONCLUSION, PS_WORD_N, ps_page_study, ""},
    {"variants", PS_WORD_GRID, PS_WORD_GRID_INTRO, NULL, "variants"},
    {"parameters", PS_WORD_PARAMETERS, PS_WORD_PARAMETERS_INTRO, ps_page_parameters, ""},
    {"data", PS_WORD_DATA, PS_WORD_DATA_INTRO, NULL, "data"}};

static const struct section OF_TUNE[] = {
    {"conclusion", PS_WORD_CONCLUSION, PS_WORD_N, ps_page_study, ""},
    {"search", PS_WORD_TRIED, PS_WORD_TRIED_INTRO, NULL, "search"},
    {"parameters", PS_WORD_PARAMETERS, PS_WORD_PARAMETERS_INTRO, ps_page_parameters, ""},
    {"data", PS_WORD_DATA, PS_WORD_DATA_INTRO, NULL, "data"}};

struct outline {
    const struct section *sections;
    size_t n;
};

static struct outline outline_of(const struct ps_results_request *request)
{
    if (request->sweep != NULL)
        return (struct outline){OF_SWEEP, sizeof OF_SWEEP / sizeof *OF_SWEEP};
    if (request->tuned != NULL)
        return (struct outline){OF_TUNE, sizeof OF_TUNE / sizeof *OF_TUNE};
    return (struct outline){OF_RUN, sizeof OF_RUN / sizeof *OF_RUN};
}

static const struct ps_embedded_file *template_file(void)
{
    for (size_t i = 0; i < ps_embedded_report_n; i++)
        if (strcmp(ps_embedded_report[i].path, TEMPLATE_FILE) == 0)
            return &ps_embedded_report[i];
    return NULL;
}

int ps_page_available(void)
{
    return template_file() != NULL;
}

/* The live panel's kernel in the template, up to its end; NULL where the build has none. */
static const char KERNEL[] = "<script type=\"application/octet-stream\" id=\"kernel\">";
static const char KERNEL_END[] = "</script>\n";

int ps_page_has_kernel(void)
{
    const struct ps_embedded_file *file = template_file();
    return file != NULL && strstr((const char *)file->bytes, KERNEL) != NULL;
}

/* ---- title, body, data ---- */

static void write_title(struct ps_page *page)
{
    page->lang = PS_LANG_ZH;
    ps_page_plain(
        page,
        ps_page_said(page->lang, PS_WORD_TITLE_BOOK, PS_PAGE_ARGS(page->request->book->name)).s);
}

static void made_by(struct ps_page *page)
{
    char seed[24];
    (void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)page->request->seed);
    ps_page_say(page, PS_WORD_MADE_BY,
                PS_PAGE_ARGS(page->request->book->name, ps_text_count(page->request->worlds_n).s,
                             seed, PS_VERSION));
    for (size_t i = 0; i < page->request->sets_n; i++) {
        ps_page_say(page, PS_WORD_MADE_WITH, NULL);
        ps_page_shell_word(page, page->request->sets[i]);
    }
}

/* The switch works without JavaScript: the boxes stand before all that they hide. */
static void write_top(struct ps_page *page)
{
    (void)fputs("<input type=\"radio\" name=\"lang\" id=\"lang-zh\" class=\"switch\" checked>"
                "<input type=\"radio\" name=\"lang\" id=\"lang-en\" class=\"switch\">\n"
                "<a class=\"skip\" href=\"#conclusion\">",
                page->out);
    ps_page_word(page, "span", PS_WORD_SKIP);
    (void)fputs("</a>\n<header><div class=\"masthead\"><h1>", page->out);
    ps_page_word(page, "span", PS_WORD_TITLE);
    (void)fputs("</h1><div class=\"languages\"><label for=\"lang-zh\" lang=\"zh-CN\">中文</label>"
                "<label for=\"lang-en\" lang=\"en\">English</label></div></div>\n",
                page->out);
    ps_page_both(page, "p", made_by);
    (void)fputs("</header>\n", page->out);
}

/* Not every book has securitisations, trusts or funds; steered worlds are there when they were
 * asked for. */
static int is_there(const struct ps_page *page, const struct section *section)
{
    return section->block == ps_page_vehicles ? ps_page_has_vehicles(page)
           : section->block == ps_page_rare   ? page->request->rare != NULL
                                              : 1;
}

static void write_contents(struct ps_page *page, const struct section *sections, size_t n)
{
    (void)fputs("<nav><ul>", page->out);
    for (size_t i = 0; i < n; i++) {
        if (!is_there(page, &sections[i]))
            continue;
        (void)fprintf(page->out, "<li><a href=\"#%s\">", sections[i].id);
        ps_page_word(page, "span", sections[i].title);
        (void)fputs("</a></li>", page->out);
    }
    (void)fputs("</ul></nav>\n", page->out);
}

/* A book without a target is not told of one. */
static enum ps_word intro_of(const struct ps_page *page, const struct section *section)
{
    if (page->request->outlook == NULL || ps_has_target(page->request->book->scenarios))
        return section->intro;
    return section->intro == PS_WORD_FRONTIER_INTRO ? PS_WORD_FRONTIER_INTRO_CLAIMS
           : section->intro == PS_WORD_HEAT_INTRO   ? PS_WORD_HEAT_INTRO_CLAIMS
                                                    : section->intro;
}

static void write_section(struct ps_page *page, const struct section *section)
{
    (void)fprintf(page->out, "<section id=\"%s\" aria-labelledby=\"title-%s\"><h2 id=\"title-%s\">",
                  section->id, section->id, section->id);
    ps_page_word(page, "span", section->title);
    (void)fputs("</h2>\n", page->out);
    if (section->intro != PS_WORD_N)
        ps_page_word(page, "p", intro_of(page, section));
    if (*section->chart != '\0') {
        (void)fprintf(page->out, "<div class=\"chart\" data-chart=\"%s\">", section->chart);
        ps_page_word(page, "p", PS_WORD_NEEDS_SCRIPT);
        (void)fputs("</div>\n", page->out);
    }
    if (section->block != NULL)
        ps_page_both(page, "div", section->block);
    (void)fputs("</section>\n", page->out);
}

static void write_body(struct ps_page *page)
{
    write_top(page);
    const struct outline outline = outline_of(page->request);
    write_contents(page, outline.sections, outline.n);
    (void)fputs("<main>\n", page->out);
    for (size_t i = 0; i < outline.n; i++)
        if (is_there(page, &outline.sections[i]))
            write_section(page, &outline.sections[i]);
    (void)fputs("</main>\n<footer>", page->out);
    ps_page_word(page, "p", PS_WORD_INTERVALS);
    /* The template goes on with the licence texts. */
    (void)fputs("<h2 id=\"title-licences\">", page->out);
    ps_page_word(page, "span", PS_WORD_LICENCES);
    (void)fputs("</h2></footer>\n", page->out);
}

/* JSON inside a script element: what could end it, or a line in old readers, is written as \u. */
static enum ps_status write_data(struct ps_page *page)
{
    json_t *data = ps_page_data(page);
    char *text = data == NULL ? NULL : json_dumps(data, JSON_COMPACT | JSON_REAL_PRECISION(10));
    const int fine = text != NULL && json_object_get(data, "failed") == NULL;
    for (const char *p = text; fine && *p != '\0'; p++) {
        if (*p == '<' || *p == '>' || *p == '&')
            (void)fprintf(page->out, "\\u%04x", (unsigned)*p);
        else if (strncmp(p, "\xe2\x80\xa8", 3) == 0 || strncmp(p, "\xe2\x80\xa9", 3) == 0)
            (void)fprintf(page->out, "\\u202%c", p[2] == '\xa8' ? '8' : '9'), p += 2;
        else
            (void)fputc(*p, page->out);
    }
    free(text);
    json_decref(data);
    return fine ? PS_OK : ps_status_raise(PS_MEMORY);
}

static enum ps_status fill(struct ps_page *page, const struct ps_embedded_file *file)
{
    const char *at = (const char *)file->bytes;
    enum ps_status status = PS_OK;
    for (int i = 0; i < MARKS_N && status == PS_OK; i++) {
        const char *mark = strstr(at, MARKS[i]);
        if (mark == NULL)
            return ps_status_raise(PS_BUG);
        (void)fwrite(at, 1, (size_t)(mark - at), page->out);
        at = mark + strlen(MARKS[i]);
        if (i == 0)
            write_title(page);
        else if (i == 1)
            write_body(page);
        else
            status = write_data(page);
    }
    /* Only a run has the panel. */
    const char *kernel = page->request->outlook == NULL ? strstr(at, KERNEL) : NULL;
    if (kernel != NULL) {
        (void)fwrite(at, 1, (size_t)(kernel - at), page->out);
        at = strstr(kernel, KERNEL_END) + strlen(KERNEL_END);
    }
    (void)fputs(at, page->out);
    return status;
}

static enum ps_status read_figures(struct ps_page *page)
{
    const struct ps_results_request *request = page->request;
    if (request->outlook == NULL)
        return PS_OK; /* a study has no rows of the full tier */
    page->figures = calloc(request->book->scenarios_n, sizeof *page->figures);
    if (page->figures == NULL)
        return ps_status_raise(PS_MEMORY);
    for (size_t i = 0; i < request->book->scenarios_n; i++)
        ps_figures_read(&request->book->scenarios[i], &request->result->rows[i], &page->figures[i]);
    return ps_page_find_stresses(page);
}

enum ps_status ps_page_write(const struct ps_results_request *request, struct ps_sink sink)
{
    struct ps_page page = {.request = request};
    char *text = NULL;
    size_t n = 0;
    enum ps_status status = read_figures(&page);
    ps_page_find_shipped(&page);
    page.out = open_memstream(&text, &n);
    if (page.out == NULL)
        status = ps_status_raise(PS_MEMORY);
    if (status == PS_OK)
        status = fill(&page, template_file());
    if (page.out != NULL && fclose(page.out) != 0 && status == PS_OK)
        status = ps_status_raise(PS_MEMORY);
    if (status == PS_OK)
        status = sink.write(sink.context, text, n);
    free(text);
    free(page.figures);
    free(page.stress);
    return status;
}
