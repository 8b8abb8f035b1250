// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>

#include "page.h"
#include "pledgesim/panel.h"

/* The live panel's bytes. */

/* RFC 4648, with padding; malloc'd, NULL when memory is out. */
static char *base64(const unsigned char *bytes, size_t n)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *text = malloc((n + 2) / 3 * 4 + 1);
    char *to = text;
    for (size_t i = 0; text != NULL && i < n; i += 3) {
        const size_t left = n - i;
        const unsigned three = (unsigned)bytes[i] << 16 |
                               (left > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
                               (left > 2 ? (unsigned)bytes[i + 2] : 0);
        *to++ = DIGITS[three >> 18];
        *to++ = DIGITS[three >> 12 & 63];
        *to++ = '=';
        *to++ = '=';
        if (left > 1)
            to[-2] = DIGITS[three >> 6 & 63];
        if (left > 2)
            to[-1] = DIGITS[three & 63];
    }
    if (text != NULL)
        *to = '\0';
    return text;
}

json_t *ps_page_pack(const struct ps_page *page)
{
    struct ps_stressed stressed[PS_TWIST_N] = {0};
    struct ps_scenario scenarios[PS_TWIST_N];
    int twists[PS_TWIST_N];
    size_t n = 0;
    struct ps_diags diags = {0};
    struct ps_panel_pack pack = {0};
    json_t *out = json_null(), *worlds = json_array();
    enum ps_status status = PS_OK;
    for (int t = 0; t < PS_TWIST_N && status == PS_OK; t++) {
        /* What the outlook could not look at cannot be packed either. */
        if (t != PS_TWIST_NONE && page->request->outlook->worlds_n[t] == 0)
            continue;
        twists[n] = t;
        status = ps_twist_apply(page->request->book->scenarios, (enum ps_twist)t, &stressed[n]);
        scenarios[n] = stressed[n].scenario;
        n++;
    }
    if (status == PS_OK)
        status = ps_panel_pack(scenarios, n, 0, &diags, &pack);
    char *text = status == PS_OK ? base64(pack.bytes, pack.bytes_n) : NULL;
    for (int w = 0; w < pack.worlds_n; w++)
        (void)json_array_append_new(worlds, json_integer(twists[pack.scenario[w]]));
    if (text != NULL)
        out = json_pack("{s: s, s: O}", "bytes", text, "twists", worlds);
    json_decref(worlds);
    free(text);
    ps_panel_pack_free(&pack);
    ps_diags_free(&diags);
    for (size_t i = 0; i < n; i++)
        ps_stressed_free(&stressed[i]);
    return out;
}
