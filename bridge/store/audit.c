/* SPDX-License-Identifier: Apache-2.0 */

/* The trail's key, its head, and the writing of a row. Must not decide what is worth a row. */

#include "store/audit_row.h"

#include "base/buffer.h"
#include "base/time.h"

#define ROW_INFO  "clockify-bridge/audit/row/v1"
#define HEAD_INFO "clockify-bridge/audit/head/v1"
#define KEY_SIZE  32

static SealContext context_of(const char *instance);
static int make_head(Db *db, const Keyring *keyring, const char *instance, Audit *audit,
                     Error *error);
static int put_head(Db *db, const AuditHead *head, Error *error);
static int last_row(Db *db, AuditRow *ret, Error *error);
static int insert_row(Db *db, const AuditRow *row, const AuditFact *fact, Error *error);
static bool read_mac(DbQuery *query, int column, unsigned char ret[MAC_SIZE]);
static void add_number(Buffer *data, int64_t number);
static void add_field(Buffer *data, const char *text);

int audit_open(Db *db, const Keyring *keyring, const char *instance, Audit **ret, bool *ret_sound,
               Error *error)
{
    _cleanup_(audit_freep) Audit *audit = xcalloc(1, sizeof(*audit));
    _cleanup_(audit_head_done) AuditHead head = {0};
    const SealContext context = context_of(instance);
    int r = audit_head_get(db, &head, error);

    if (r == 0)
        r = make_head(db, keyring, instance, audit, error);
    else if (r > 0)
        (void)keyring_open(keyring, &context, &head.sealed, &audit->key, NULL);
    if (r < 0)
        return -1;
    *ret_sound = audit->key != NULL;
    *ret = STEAL(audit);
    return 0;
}

void audit_free(Audit *audit)
{
    if (!audit)
        return;
    secret_free(audit->key);
    free(audit);
}

/* The service's name is none that a user can connect. */
static SealContext context_of(const char *instance)
{
    return (SealContext){.instance = instance, .user = "", .service = "audit", .version = 1};
}

/* Rows without a head are no new trail: then somebody took the head away. */
static int make_head(Db *db, const Keyring *keyring, const char *instance, Audit *audit,
                     Error *error)
{
    _cleanup_(audit_head_done) AuditHead head = {0};
    _cleanup_(audit_row_done) AuditRow last = {0};
    const SealContext context = context_of(instance);
    unsigned char bytes[KEY_SIZE];
    int r = last_row(db, &last, error);

    if (r != 0)
        return r;
    keyring_random(bytes, sizeof(bytes));
    audit->key = secret_new(bytes, sizeof(bytes));
    secret_wipe(bytes, sizeof(bytes));
    if (keyring_seal(keyring, &context, audit->key, &head.sealed, error) < 0)
        return -1;
    audit_head_mac(audit, &head, head.mac);
    return put_head(db, &head, error);
}

static int put_head(Db *db, const AuditHead *head, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "INSERT INTO audit_head (name, sealed, total, last_id, last_mac, mac)"
                     " VALUES ('trail', ?1, ?2, ?3, ?4, ?5)"
                     " ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed,"
                     " total = excluded.total, last_id = excluded.last_id,"
                     " last_mac = excluded.last_mac, mac = excluded.mac");

    db_bind_blob(query, 1, head->sealed.bytes, head->sealed.length);
    db_bind_int(query, 2, head->total);
    db_bind_int(query, 3, head->last_id);
    db_bind_blob(query, 4, head->last_mac, MAC_SIZE);
    db_bind_blob(query, 5, head->mac, MAC_SIZE);
    return db_run(query, error);
}

void audit_head_done(AuditHead *head)
{
    sealed_done(&head->sealed);
}

int audit_head_get(Db *db, AuditHead *ret, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "SELECT sealed, total, last_id, last_mac, mac FROM audit_head"
                     " WHERE name = 'trail'");
    const void *bytes;
    int r = db_next(query, error);

    if (r <= 0)
        return r;
    bytes = db_column_blob(query, 0, &ret->sealed.length);
    ret->sealed.bytes = xmalloc(ret->sealed.length + 1);
    memcpy(ret->sealed.bytes, bytes ? bytes : "", ret->sealed.length);
    ret->total = db_column_int(query, 1);
    ret->last_id = db_column_int(query, 2);
    (void)read_mac(query, 3, ret->last_mac);
    (void)read_mac(query, 4, ret->mac);
    return 1;
}

/* What is no MAC is taken for one that fits nothing. */
static bool read_mac(DbQuery *query, int column, unsigned char ret[MAC_SIZE])
{
    size_t length;
    const void *bytes = db_column_blob(query, column, &length);

    memset(ret, 0, MAC_SIZE);
    if (!bytes || length != MAC_SIZE)
        return false;
    memcpy(ret, bytes, MAC_SIZE);
    return true;
}

void audit_head_mac(const Audit *audit, const AuditHead *head, unsigned char ret[MAC_SIZE])
{
    _cleanup_(buffer_done) Buffer data = BUFFER_EMPTY;

    add_field(&data, HEAD_INFO);
    add_number(&data, head->total);
    add_number(&data, head->last_id);
    buffer_add(&data, head->last_mac, MAC_SIZE);
    keyring_mac(audit->key, data.data, data.length, ret);
}

bool audit_head_sound(const Audit *audit, const AuditHead *head)
{
    unsigned char mac[MAC_SIZE];

    audit_head_mac(audit, head, mac);
    return keyring_same(mac, head->mac, MAC_SIZE);
}

int audit_rotate(Db *db, const Keyring *keyring, const char *instance, Error *error)
{
    _cleanup_(audit_head_done) AuditHead head = {0};
    _cleanup_secret_ Secret *key = NULL;
    const SealContext context = context_of(instance);
    Sealed sealed;
    uint32_t id;
    int r = audit_head_get(db, &head, error);

    if (r <= 0)
        return r;
    if (sealed_key_id(&head.sealed, &id) < 0 || id == keyring_active_id(keyring) ||
        keyring_open(keyring, &context, &head.sealed, &key, NULL) < 0)
        return 0; /* audit_verify tells of a key that opens no more */
    if (keyring_seal(keyring, &context, key, &sealed, error) < 0)
        return -1;
    sealed_done(&head.sealed);
    head.sealed = sealed; /* consumed */
    return put_head(db, &head, error);
}

int audit_key_id(Db *db, uint32_t *ret, Error *error)
{
    _cleanup_(audit_head_done) AuditHead head = {0};
    int r = audit_head_get(db, &head, error);

    return r > 0 ? sealed_key_id(&head.sealed, ret) == 0 : r;
}

int audit_check_key(Db *db, const Keyring *keyring, Error *error)
{
    uint32_t id;
    int r = audit_key_id(db, &id, error);

    if (r <= 0 || keyring_has(keyring, id))
        return r < 0 ? r : 0;
    return error_set(error, ERROR_STORE,
                     "The key of the audit trail is sealed with a master key that the keyring "
                     "lacks (%08x): add the old key behind the first line of the master key file.",
                     id);
}

/* A head that is not as it was written stays so: to count on from it would hide what was done. */
int audit_add(Db *db, const Audit *audit, const AuditFact *fact, Error *error)
{
    _cleanup_(audit_head_done) AuditHead head = {0};
    _cleanup_(audit_row_done) AuditRow last = {0}, row = {0};
    int r = audit_head_get(db, &head, error);
    bool sound = r > 0 && audit->key && audit_head_sound(audit, &head);

    if (r < 0 || last_row(db, &last, error) < 0)
        return -1;
    row.id = (last.id > head.last_id ? last.id : head.last_id) + 1;
    row.moment = time_now();
    row.action = xstrdup(fact->action);
    row.user = xstrdup(fact->user);
    row.account = xstrdup(fact->account);
    row.details = fact->details ? json_canonical(fact->details) : xstrdup("{}");
    if (audit->key)
        audit_row_mac(audit, sound ? head.last_mac : last.mac, &row, row.mac);
    if (insert_row(db, &row, fact, error) < 0)
        return -1;
    if (!sound)
        return 0;
    head.total++;
    head.last_id = row.id;
    memcpy(head.last_mac, row.mac, MAC_SIZE);
    audit_head_mac(audit, &head, head.mac);
    return put_head(db, &head, error);
}

/* 1 and *ret, 0 there is none. */
static int last_row(Db *db, AuditRow *ret, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "SELECT " AUDIT_COLUMNS " FROM audit ORDER BY id DESC LIMIT 1");
    int r = db_next(query, error);

    if (r > 0)
        (void)audit_row_read(query, ret);
    return r;
}

bool audit_row_read(DbQuery *query, AuditRow *ret)
{
    *ret = (AuditRow){
        .id = db_column_int(query, 0),
        .moment = db_column_int(query, 1),
        .action = db_column_copy(query, 2),
        .user = db_column_copy(query, 3),
        .account = db_column_copy(query, 4),
        .details = db_column_copy(query, 5),
    };
    return read_mac(query, 6, ret->mac);
}

void audit_row_done(AuditRow *row)
{
    free(row->action);
    free(row->user);
    free(row->account);
    free(row->details);
    *row = (AuditRow){0};
}

static int insert_row(Db *db, const AuditRow *row, const AuditFact *fact, Error *error)
{
    _cleanup_query_ DbQuery *query =
        db_query(db, "INSERT INTO audit (" AUDIT_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");

    db_bind_int(query, 1, row->id);
    db_bind_int(query, 2, row->moment);
    db_bind_text(query, 3, row->action);
    db_bind_text(query, 4, fact->user);
    db_bind_text(query, 5, fact->account);
    db_bind_text(query, 6, row->details);
    db_bind_blob(query, 7, row->mac, MAC_SIZE);
    return db_run(query, error);
}

void audit_row_mac(const Audit *audit, const unsigned char before[MAC_SIZE], const AuditRow *row,
                   unsigned char ret[MAC_SIZE])
{
    _cleanup_(buffer_done) Buffer data = BUFFER_EMPTY;

    add_field(&data, ROW_INFO);
    buffer_add(&data, before, MAC_SIZE);
    add_number(&data, row->id);
    add_number(&data, row->moment);
    add_field(&data, row->action);
    add_field(&data, row->user);
    add_field(&data, row->account);
    add_field(&data, row->details);
    keyring_mac(audit->key, data.data, data.length, ret);
}

static void add_number(Buffer *data, int64_t number)
{
    unsigned char bytes[8];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)((uint64_t)number >> (56 - 8 * i));
    buffer_add(data, bytes, sizeof(bytes));
}

/* Behind its length, so that no field can lend a byte to its neighbour; -1 is one that is not
 * there. */
static void add_field(Buffer *data, const char *text)
{
    add_number(data, text ? (int64_t)strlen(text) : -1);
    buffer_add_text(data, text);
}
