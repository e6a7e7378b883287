/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The settings as a part of the manual, in mdoc(7), made from their table. The caller frees it. */
char *config_manual(void);
