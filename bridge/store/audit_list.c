/* SPDX-License-Identifier: Apache-2.0 */

/* Reading the audit trail for a person. Must not judge it: that is for audit_verify.c. */

#include "store/audit_row.h"

#define LIST_MOST    200
#define LIST_DEFAULT 50

static int64_t limit_of(const AuditFilter *filter);

int audit_list(Db *db, const AuditFilter *filter, AuditList *ret, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "SELECT " AUDIT_COLUMNS " FROM audit"
                     " WHERE (?1 IS NULL OR user_key = ?1) AND (?2 = 0 OR id < ?2)"
                     " ORDER BY id DESC LIMIT ?3");
    AuditList list = {.items = xcalloc(LIST_MOST, sizeof(*list.items))};
    int r;

    db_bind_text(query, 1, filter->user);
    db_bind_int(query, 2, filter->before);
    db_bind_int(query, 3, limit_of(filter));
    while ((r = db_next(query, error)) > 0 && list.count < LIST_MOST)
        (void)audit_row_read(query, &list.items[list.count++]);
    if (r < 0) {
        audit_list_done(&list);
        return -1;
    }
    *ret = list;
    return 0;
}

static int64_t limit_of(const AuditFilter *filter)
{
    if (filter->limit <= 0)
        return LIST_DEFAULT;
    return filter->limit < LIST_MOST ? filter->limit : LIST_MOST;
}

void audit_list_done(AuditList *list)
{
    for (size_t i = 0; i < list->count; i++)
        audit_row_done(&list->items[i]);
    free(list->items);
    *list = (AuditList){0};
}
