/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page around the data. Its policy lets a browser run and apply what is in it and no more. */
#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <string.h>

#include "sim/report/html/html.h"

static const char page_html[] = {
#include "generated/page.html.inc"
    0};
static const char page_css[] = {
#include "generated/page.css.inc"
    0};
/* In this order: classes of the first files are used by the last. */
/* clang-format off */
static const char page_js[] = {
#include "generated/model.js.inc"
#include "generated/filter.js.inc"
#include "generated/table.js.inc"
#include "generated/path.js.inc"
#include "generated/flame.js.inc"
#include "generated/main.js.inc"
    0};
/* clang-format on */

/* 'sha256-...' of a script or style sheet, as CSP 3 section 2.3.1 has hash sources. */
static void put_hash(FILE *out, const char *text, size_t size)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    char encoded[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE) + 1] = "";
    struct sha256_ctx hash;
    sha256_init(&hash);
    sha256_update(&hash, size, (const uint8_t *)text);
    sha256_digest(&hash, sizeof(digest), digest);
    base64_encode_raw(encoded, sizeof(digest), digest);
    fprintf(out, "'sha256-%s'", encoded);
}

static bool put_policy(FILE *out, const struct html_input *input)
{
    (void)input;
    fputs("default-src 'none'; base-uri 'none'; form-action 'none'; script-src ", out);
    put_hash(out, page_js, sizeof(page_js) - 1);
    fputs("; style-src ", out);
    put_hash(out, page_css, sizeof(page_css) - 1);
    return true;
}

static bool put_style(FILE *out, const struct html_input *input)
{
    (void)input;
    fwrite(page_css, 1, sizeof(page_css) - 1, out);
    return true;
}

static bool put_script(FILE *out, const struct html_input *input)
{
    (void)input;
    fwrite(page_js, 1, sizeof(page_js) - 1, out);
    return true;
}

bool html_report(FILE *out, const struct html_input *input)
{
    static const struct {
        const char *mark; /* in page.html */
        bool (*put)(FILE *out, const struct html_input *input);
    } parts[] = {{"@POLICY@", put_policy},
                 {"@STYLE@", put_style},
                 {"@DATA@", html_data},
                 {"@SCRIPT@", put_script}};
    const char *at = page_html;
    bool ok = true;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && ok; i++) { /* in this order */
        const char *mark = strstr(at, parts[i].mark);
        if (!mark)
            return false;
        fwrite(at, 1, (size_t)(mark - at), out);
        ok = parts[i].put(out, input);
        at = mark + strlen(parts[i].mark);
    }
    fputs(at, out);
    return ok;
}
