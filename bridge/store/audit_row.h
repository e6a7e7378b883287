/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the files of the audit trail share among themselves; nobody else includes it. */

#include "store/audit.h"

struct Audit {
    Secret *key; /* NULL: it could not be opened */
};

typedef struct AuditHead {
    Sealed sealed;
    int64_t total;
    int64_t last_id;
    unsigned char last_mac[MAC_SIZE];
    unsigned char mac[MAC_SIZE]; /* over the three members above */
} AuditHead;
void audit_head_done(AuditHead *head);
int audit_head_get(Db *db, AuditHead *ret, Error *error); /* 1, 0 there is none, negative */
void audit_head_mac(const Audit *audit, const AuditHead *head, unsigned char ret[MAC_SIZE]);
bool audit_head_sound(const Audit *audit, const AuditHead *head);

/* The MAC that a row has to have behind the one before it. */
void audit_row_mac(const Audit *audit, const unsigned char before[MAC_SIZE], const AuditRow *row,
                   unsigned char ret[MAC_SIZE]);

#define AUDIT_COLUMNS "id, moment, action, user_key, account, details, mac"
bool audit_row_read(DbQuery *query, AuditRow *ret); /* false: its MAC is none; it is all zero */
