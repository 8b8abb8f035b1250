// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace.h"

#include "pledgesim/outcsv.h"

static const struct ps_column COLUMNS[] = {
    {"month", PS_COLUMN_integer, "", "month of the simulation, from 1", "模拟月份，从 1 起"},
    {"year", PS_COLUMN_integer, "", "calendar year", "公历年"},
    {"calendar_month", PS_COLUMN_integer, "", "calendar month", "公历月"},
    {"event", PS_COLUMN_string, "", "what happens", "事项"},
    {"loan", PS_COLUMN_integer, "", "number of the application", "申请序号"},
    {"renews", PS_COLUMN_integer, "", "the loan it renews", "所续贷款"},
    {"segment_id", PS_COLUMN_string, "", "segment", "客群"},
    {"product_id", PS_COLUMN_string, "", "product", "产品"},
    {"bank_id", PS_COLUMN_string, "", "bank; of a review: whose breaker",
     "银行；熔断审视：所属银行"},
    {"pool_id", PS_COLUMN_string, "", "pool; of a review: whose breaker",
     "资金池；熔断审视：所属资金池"},
    {"amount_wan", PS_COLUMN_number, "wan", "amount", "金额"},
    {"pool_wan", PS_COLUMN_number, "wan", "the pool's part", "资金池部分"},
    {"guarantor_wan", PS_COLUMN_number, "wan", "the guarantor's part", "担保机构部分"},
    {"reguarantor_wan", PS_COLUMN_number, "wan", "the re-guarantor's part", "再担保部分"},
    {"insurer_wan", PS_COLUMN_number, "wan", "the insurer's part", "保险部分"},
    {"appraiser_wan", PS_COLUMN_number, "wan", "the appraiser's part", "评估机构部分"},
    {"bank_wan", PS_COLUMN_number, "wan", "the bank's part", "银行部分"},
    {"reason", PS_COLUMN_string, "", "why refused, or the breaker's state", "拒绝原因或熔断状态"},
    {"ratio_pct", PS_COLUMN_number, "pct", "the breaker's ratio", "熔断指标"},
    {"live_n", PS_COLUMN_integer, "", "performing loans in the pool", "在池正常贷款笔数"},
    {"in_pool_wan", PS_COLUMN_number, "wan", "performing in-pool principal", "在池正常本金"},
    {"registered_wan", PS_COLUMN_number, "wan", "registered so far", "已登记金额"},
    {"due_wan", PS_COLUMN_number, "wan", "what the pool had to pay", "资金池应付"},
    {"unpaid_wan", PS_COLUMN_number, "wan", "of it, what the pool could not pay",
     "其中资金池未能支付"},
    {"loan_id", PS_COLUMN_string, "", "the loan as the log in words names it",
     "贷款名称，与文字记录相同"},
    {"tenor_months", PS_COLUMN_integer, "months", "months of the loan granted", "所放贷款期限"},
    {"maturity_month", PS_COLUMN_integer, "month", "month in which it matures", "到期月份"},
    {"from_pool_id", PS_COLUMN_string, "", "of support: the pool that gives it",
     "支持：出资的资金池"},
    {"vehicle_id", PS_COLUMN_string, "", "vehicle or trust", "证券化或信托"},
    {"subordinated_wan", PS_COLUMN_number, "wan",
     "the subordinated piece's part (of a loss; of a trust's raising or payment)",
     "次级部分（损失；信托的成立、兑付）"},
    {"undertaking_wan", PS_COLUMN_number, "wan", "the shortfall undertaking's part",
     "差额支付部分"},
    {"senior_wan", PS_COLUMN_number, "wan", "the senior piece's part", "优先级部分"},
    {"anchor_id", PS_COLUMN_string, "", "anchor firm that fails (event anchor)",
     "倒闭的龙头企业（事项 anchor）"},
    {"fund_id", PS_COLUMN_string, "", "fund that invests or exits", "基金"},
    {"investment", PS_COLUMN_integer, "", "its investment, from 1", "基金的第几个项目，从 1 起"},
};

static enum ps_status to_stdout(void *context, const void *data, size_t n)
{
    (void)context;
    return fwrite(data, 1, n, stdout) == n ? PS_OK : ps_status_raise(PS_IO);
}

static void put_blanks(struct ps_outcsv *csv, int n)
{
    for (; n > 0; n--) {
        ps_outcsv_empty(csv);
    }
}

static void put_loan(struct ps_outcsv *csv, const struct ps_story *story,
                     const struct ps_log_entry *entry)
{
    const struct ps_app *app = ps_story_app(story, entry);
    if (app == NULL) {
        const struct ps_banks_row *bank = ps_story_bank(story, entry);
        put_blanks(csv, 4);
        ps_outcsv_text(csv, bank == NULL ? NULL : bank->bank_id);
        return;
    }
    const long number = app - story->trace->world->apps;
    ps_outcsv_int(csv, number);
    if (app->link == 0) {
        ps_outcsv_empty(csv);
    } else {
        ps_outcsv_int(csv, app->parent);
    }
    const struct ps_schedule *schedule = story->trace->schedule;
    ps_outcsv_text(csv, story->scenario->segments[app->segment].segment_id);
    ps_outcsv_text(csv, story->scenario->products[schedule->product[number]].product_id);
    ps_outcsv_text(csv, story->scenario->banks[schedule->bank[number]].bank_id);
}

static void put_state(struct ps_outcsv *csv, const struct ps_log_entry *entry)
{
    if (entry->kind == PS_LOG_REVIEW) {
        ps_outcsv_text(csv, ps_story_state_code(entry->b));
        ps_outcsv_ppm_as_pct(csv, entry->amount_fen);
        put_blanks(csv, 3);
        return;
    }
    if (entry->kind == PS_LOG_REFUSAL) {
        ps_outcsv_text(csv, ps_story_refusal_code(entry->b));
    } else {
        ps_outcsv_empty(csv);
    }
    ps_outcsv_empty(csv);
    if (entry->kind == PS_LOG_CLOSE) {
        ps_outcsv_int(csv, entry->b);
        ps_outcsv_fen_as_wan(csv, entry->party_fen[0]);
        ps_outcsv_fen_as_wan(csv, entry->party_fen[4]);
    } else {
        put_blanks(csv, 3);
    }
}

static void put_more(struct ps_outcsv *csv, const struct ps_story *story,
                     const struct ps_log_entry *entry)
{
    const struct ps_app *app = ps_story_app(story, entry);
    if (entry->kind == PS_LOG_CLAIM) {
        ps_outcsv_fen_as_wan(csv, ps_story_due_fen(story, entry));
        ps_outcsv_fen_as_wan(csv, ps_story_unpaid_fen(story, entry));
    } else {
        put_blanks(csv, 2);
    }
    const struct ps_loan_name loan =
        app != NULL ? ps_story_loan(story, app) : ps_story_vehicle_loan(story, entry);
    ps_outcsv_text(csv, loan.s[0] == '\0' ? NULL : loan.s);
    if (entry->kind == PS_LOG_GRANT) {
        ps_outcsv_int(csv, app->maturity - app->month);
        ps_outcsv_int(csv, app->maturity);
    } else {
        put_blanks(csv, 2);
    }
    ps_outcsv_text(csv,
                   entry->kind == PS_LOG_SUPPORT ? story->scenario->pools[entry->b].pool_id : NULL);
}

static void put_vehicle(struct ps_outcsv *csv, const struct ps_story *story,
                        const struct ps_log_entry *entry)
{
    const int kind = entry->kind;
    ps_outcsv_text(csv, ps_story_vehicle(story, entry).id);
    if (kind != PS_LOG_TAKEN_LOSS && kind != PS_LOG_ISSUED_LOSS && kind != PS_LOG_TRUST_RAISED &&
        kind != PS_LOG_TRUST_PAYS) {
        put_blanks(csv, 3);
        return;
    }
    for (int i = 0; i < 3; i++) {
        ps_outcsv_fen_as_wan(csv, entry->party_fen[i]);
    }
}

static void put_fund(struct ps_outcsv *csv, const struct ps_story *story,
                     const struct ps_log_entry *entry)
{
    const struct ps_funds_row *fund = ps_story_fund(story, entry);
    if (fund == NULL) {
        put_blanks(csv, 2);
        return;
    }
    ps_outcsv_text(csv, fund->fund_id);
    ps_outcsv_int(csv, ps_story_investment(story, entry));
}

static enum ps_status put_entry(struct ps_outcsv *csv, const struct ps_story *story,
                                const struct ps_log_entry *entry)
{
    const int kind = entry->kind;
    const struct ps_pools_row *pool = ps_story_pool(story, entry);
    ps_outcsv_int(csv, entry->month);
    ps_outcsv_int(csv, ps_story_year(story, entry->month));
    ps_outcsv_int(csv, ps_story_month(story, entry->month));
    ps_outcsv_text(csv, ps_story_event(kind));
    put_loan(csv, story, entry);
    ps_outcsv_text(csv, pool == NULL ? NULL : pool->pool_id);
    if (kind == PS_LOG_REVIEW) {
        ps_outcsv_empty(csv);
    } else {
        ps_outcsv_fen_as_wan(csv, entry->amount_fen);
    }
    if (kind == PS_LOG_CLAIM || kind == PS_LOG_DISPOSAL) {
        for (int i = 0; i < PS_PARTY_N; i++) {
            ps_outcsv_fen_as_wan(csv, entry->party_fen[i]);
        }
    } else {
        put_blanks(csv, PS_PARTY_N);
    }
    put_state(csv, entry);
    put_more(csv, story, entry);
    put_vehicle(csv, story, entry);
    ps_outcsv_empty(csv);
    put_fund(csv, story, entry);
    return ps_outcsv_row_end(csv);
}

/* Anchor firms that fail in month t. */
static enum ps_status put_anchors(struct ps_outcsv *csv, const struct ps_story *story, int t)
{
    enum { BEFORE = 4, LAST = 3 }; /* the anchor and what stands behind it */
    enum ps_status status = PS_OK;
    for (size_t a = 0; a < story->scenario->anchors_n && status == PS_OK; a++) {
        if ((int)story->trace->failure[a] != t) {
            continue;
        }
        ps_outcsv_int(csv, t);
        ps_outcsv_int(csv, ps_story_year(story, t));
        ps_outcsv_int(csv, ps_story_month(story, t));
        ps_outcsv_text(csv, "anchor");
        put_blanks(csv, (int)(sizeof COLUMNS / sizeof *COLUMNS) - BEFORE - LAST);
        ps_outcsv_text(csv, story->scenario->anchors[a].anchor_id);
        put_blanks(csv, 2);
        status = ps_outcsv_row_end(csv);
    }
    return status;
}

enum ps_status ps_story_csv(const struct ps_story *story)
{
    struct ps_outcsv csv;
    const struct ps_sink sink = {to_stdout, NULL};
    enum ps_status status = ps_outcsv_begin(&csv, sink, COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
    for (int i = 0, told = 0; i < story->trace->log_n && status == PS_OK; i++) {
        const struct ps_log_entry *entry = &story->trace->log[i];
        for (; told < entry->month && status == PS_OK; told++) {
            status = put_anchors(&csv, story, told + 1);
        }
        if (status == PS_OK) {
            status = put_entry(&csv, story, entry);
        }
    }
    return status == PS_OK ? ps_outcsv_end(&csv) : status;
}
