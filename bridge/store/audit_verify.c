/* SPDX-License-Identifier: Apache-2.0 */

/* Walks the audit trail from its first row to its head and says where it is not as it was written.
 * Changes nothing. */

#include "store/audit_row.h"

#include <inttypes.h>
#include <stdio.h>

#define AT_ONCE 2000 /* rows: some milliseconds */

static int check_rows(Db *db, const Audit *audit, AuditCheck *check, Error *error);
static void check_row(const Audit *audit, const AuditRow *row, bool has_mac, AuditCheck *check);
static void name_head(int64_t id, const unsigned char mac[MAC_SIZE], char ret[AUDIT_HEAD_SIZE]);
static int check_head(Db *db, const Audit *audit, AuditCheck *check, Error *error);
static void judge_head(const Audit *audit, const AuditHead *head, AuditCheck *check);
static void broken(AuditCheck *check, int64_t id, const char *why);

int audit_verify(Db *db, const Audit *audit, AuditCheck *check, Error *error)
{
    int r;

    if (!audit->key) {
        broken(check, 1, "the key of the trail cannot be opened: it or its instance was changed");
        return 0;
    }
    r = check_rows(db, audit, check, error);
    return r == 0 ? check_head(db, audit, check, error) : r;
}

static int check_rows(Db *db, const Audit *audit, AuditCheck *check, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "SELECT " AUDIT_COLUMNS " FROM audit WHERE id > ?1 ORDER BY id LIMIT ?2");
    size_t count = 0;
    int r;

    db_bind_int(query, 1, check->last_id);
    db_bind_int(query, 2, AT_ONCE);
    for (; (r = db_next(query, error)) > 0; count++) {
        _cleanup_(audit_row_done) AuditRow row = {0};
        bool has_mac = audit_row_read(query, &row);

        check_row(audit, &row, has_mac, check);
    }
    return r < 0 ? r : count == AT_ONCE;
}

/* After the first that is broken, the rest is only counted. */
static void check_row(const Audit *audit, const AuditRow *row, bool has_mac, AuditCheck *check)
{
    unsigned char mac[MAC_SIZE];

    audit_row_mac(audit, check->last_mac, row, mac);
    if (row->id != check->last_id + 1)
        broken(check, check->last_id + 1, "rows are missing from here on");
    else if (!has_mac || !keyring_same(mac, row->mac, MAC_SIZE))
        broken(check, row->id, "this row is not as it was written behind the one before it");
    check->count++;
    check->last_id = row->id;
    memcpy(check->last_mac, row->mac, MAC_SIZE);
    name_head(row->id, row->mac, check->head);
    check->met = check->met || streq(check->head, check->known_head);
}

static void name_head(int64_t id, const unsigned char mac[MAC_SIZE], char ret[AUDIT_HEAD_SIZE])
{
    int length = snprintf(ret, AUDIT_HEAD_SIZE, "%" PRId64 ":", id);

    for (size_t i = 0; i < MAC_SIZE; i++)
        length += snprintf(ret + length, AUDIT_HEAD_SIZE - (size_t)length, "%02x", mac[i]);
}

static int check_head(Db *db, const Audit *audit, AuditCheck *check, Error *error)
{
    _cleanup_(audit_head_done) AuditHead head = {0};
    int r = audit_head_get(db, &head, error);

    if (r < 0)
        return -1;
    if (r == 0)
        broken(check, check->last_id, "the record of the newest row is gone");
    else
        judge_head(audit, &head, check);
    if (check->known_head && !check->met)
        broken(check, check->last_id + 1,
               "the row that the given head names is gone: rows were removed, or the whole "
               "database is older than that head");
    return 0;
}

static void judge_head(const Audit *audit, const AuditHead *head, AuditCheck *check)
{
    if (!audit_head_sound(audit, head))
        broken(check, check->last_id, "the record of the newest row was changed");
    else if (check->last_id < head->last_id)
        broken(check, check->last_id + 1, "the newest rows are missing");
    else if (check->last_id > head->last_id || check->count != head->total ||
             !keyring_same(check->last_mac, head->last_mac, MAC_SIZE))
        broken(check, head->last_id + 1, "rows were put in behind the newest one");
}

static void broken(AuditCheck *check, int64_t id, const char *why)
{
    if (check->why)
        return;
    check->broken = id;
    check->why = why;
}
