/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Configuration text made from the table of settings: config_sample() of config.h, and what
 * config.c needs. */

#include "base/config.h"

/* Every setting with its default, without comments. The caller frees it. */
char *config_text_defaults(void);

/* What the setting allows, for a message or a manual: "a whole number from 1 to 300". The caller
 * frees it. */
char *config_text_allowed(const ConfigSetting *setting);
