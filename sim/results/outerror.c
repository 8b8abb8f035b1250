// SPDX-License-Identifier: GPL-3.0-or-later
#define _DEFAULT_SOURCE 1
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pledgesim/outdir.h"

static const char *const OPS[PS_OUTOP_N][PS_LANG_N] = {
#define PS_OUTOP(symbol, en, zh) [symbol] = {[PS_LANG_ZH] = zh, [PS_LANG_EN] = en},
#define PS_OUTREASON(symbol, en, zh, hint_en, hint_zh)
#include "pledgesim/outerror.def"
#undef PS_OUTREASON
#undef PS_OUTOP
};

struct reason_row {
    const char *text[PS_LANG_N];
    const char *hint[PS_LANG_N];
};

static const struct reason_row REASONS[PS_OUTREASON_N] = {
#define PS_OUTOP(symbol, en, zh)
#define PS_OUTREASON(symbol, en, zh, hint_en, hint_zh)                                             \
    [symbol] = {{[PS_LANG_ZH] = zh, [PS_LANG_EN] = en},                                            \
                {[PS_LANG_ZH] = hint_zh, [PS_LANG_EN] = hint_en}},
#include "pledgesim/outerror.def"
#undef PS_OUTREASON
#undef PS_OUTOP
};

struct errno_row {
    int value;
    const char *text[PS_LANG_N];
    const char *hint[PS_LANG_N];
};

/* The failures that a user can do something about; the system names the others, in English. */
static const struct errno_row ERRNOS[] = {
    {ENOSPC,
     {"磁盘空间不足", "no space left on the disk"},
     {"请腾出空间，或用 -o 换到别的磁盘", "free some space, or choose another disk with -o"}},
    {EDQUOT,
     {"磁盘配额已用完", "the disk quota is used up"},
     {"请腾出空间，或用 -o 换到别的磁盘", "free some space, or choose another disk with -o"}},
    {EFBIG,
     {"文件超过允许的大小", "the file is larger than allowed"},
     {"请查看 ulimit -f", "see ulimit -f"}},
    {EACCES,
     {"没有权限", "permission denied"},
     {"请用 -o 指定可写的文件夹", "choose a folder that you may write to with -o"}},
    {EPERM,
     {"不允许此操作", "the operation is not permitted"},
     {"请用 -o 指定可写的文件夹", "choose a folder that you may write to with -o"}},
    {EROFS,
     {"文件系统只读", "the file system is read-only"},
     {"请用 -o 指定可写的文件夹", "choose a folder that you may write to with -o"}},
    {ENOENT, {"不存在", "it does not exist"}, {"", ""}},
    {ENOTDIR, {"不是文件夹", "it is not a folder"}, {"", ""}},
    {EISDIR, {"是文件夹", "it is a folder"}, {"", ""}},
    {EEXIST, {"已存在", "it exists already"}, {"", ""}},
    {ENAMETOOLONG, {"名称过长", "the name is too long"}, {"", ""}},
    {ELOOP, {"符号链接不被接受", "a symbolic link is not accepted here"}, {"", ""}},
    {EMFILE, {"打开的文件过多", "too many open files"}, {"请查看 ulimit -n", "see ulimit -n"}},
    {ENFILE, {"系统打开的文件过多", "too many open files in the system"}, {"", ""}},
    {EIO,
     {"磁盘读写出错", "the disk reports an error"},
     {"磁盘或网络可能有故障；请先检查再重新运行",
      "the disk or network may be failing; check it before you run again"}},
    {ENOMEM, {"内存不足", "not enough memory"}, {"", ""}},
    {ENOLCK,
     {"此文件系统不支持加锁", "this file system has no locks"},
     {"请用 -o 指定本地磁盘上的文件夹", "choose a folder on a local disk with -o"}},
};

static const struct errno_row *find_errno(int value)
{
    for (size_t i = 0; i < sizeof ERRNOS / sizeof ERRNOS[0]; i++)
        if (ERRNOS[i].value == value)
            return &ERRNOS[i];
    return NULL;
}

static char *join(const char *a, const char *b, const char *c, const char *d)
{
    size_t size = strlen(a) + strlen(b) + strlen(c) + strlen(d) + 1;
    char *text = malloc(size);
    if (text)
        (void)snprintf(text, size, "%s%s%s%s", a, b, c, d);
    return text;
}

/* A name may hold what a terminal would obey; the C1 controls are C2 80..9F in UTF-8. */
static void clean_path(const char *path, char clean[PS_OUTPATH_SIZE])
{
    size_t i = 0;
    for (; path[i] != '\0' && i < PS_OUTPATH_SIZE - 1; i++) {
        unsigned char c = (unsigned char)path[i];
        int c1 = c >= 0x80 && c < 0xa0 && i > 0 && (unsigned char)path[i - 1] == 0xc2;
        if (c1)
            clean[i - 1] = '?';
        clean[i] = c < 0x20 || c == 0x7f || c1 ? '?' : path[i];
    }
    clean[i] = '\0';
}

char *ps_outerror_text(const struct ps_outerror *err, enum ps_lang lang)
{
    char path[PS_OUTPATH_SIZE];
    clean_path(err->path, path);
    if (err->status == PS_OK)
        return join(ps_status_text(PS_OK, lang), "", "", "");
    const char *colon = lang == PS_LANG_ZH ? "：" : ": ";
    if (err->reason != PS_OUT_SYSTEM)
        return join(path, colon, REASONS[err->reason].text[lang], "");
    const struct errno_row *row = find_errno(err->errno_value);
    const char *why = row ? row->text[lang] : strerror(err->errno_value);
    char *what = lang == PS_LANG_ZH ? join("无法", OPS[err->op][lang], " ", path)
                                    : join("cannot ", OPS[err->op][lang], " ", path);
    char *text = what ? join(what, colon, why, "") : NULL;
    free(what);
    return text;
}

char *ps_outerror_hint(const struct ps_outerror *err, enum ps_lang lang)
{
    static const char *const UNFINISHED[PS_LANG_N] = {
        [PS_LANG_ZH] = "新结果已安全落盘，但尚未全部就位；问题排除后再次运行即可完成",
        [PS_LANG_EN] = "the new results are safe on disk but not all in place; run again once the "
                       "cause is gone",
    };
    const struct errno_row *row =
        err->reason == PS_OUT_SYSTEM ? find_errno(err->errno_value) : NULL;
    if (err->status == PS_OK)
        return join("", "", "", "");
    if (err->unfinished)
        return join(UNFINISHED[lang], "", "", "");
    return join(row ? row->hint[lang] : REASONS[err->reason].hint[lang], "", "", "");
}
