/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The files of a bundle: a table of names, and what each holds. */

#include "app/ctl.h"
#include "base/buffer.h"
#include "base/config.h"

typedef struct Bundle {
    const Ctl *ctl;
    const char *config_path; /* NULL = the usual one */
    Config *config;          /* NULL: it cannot be read */
} Bundle;

typedef struct BundlePart {
    const char *name;
    const char *doc;                           /* what the administrator is told of it */
    void (*make)(Bundle *bundle, Buffer *ret); /* as it is: it is redacted afterwards */
} BundlePart;

const BundlePart *bundle_parts(size_t *ret_count);
