/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A fuzz target without libFuzzer: gives it every input that is known, and each of them cut short
 * at many places. Speaks TAP. With names of files it gives it these alone, for looking into one.
 */

#include <dirent.h>
#include <stdio.h>

#include "base/buffer.h"
#include "fuzz.h"

#define CUTS_MOST 200 /* of one input */

static int replay_files(char **names, int count);
static void replay_known(const char *target);
static void replay_corpus(const char *target, size_t *count);
static int is_visible(const struct dirent *entry);
static void replay_file(const char *path, size_t *count);
static void replay(void *context, const char *name, const void *bytes, size_t length);

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *name = slash ? slash + 1 : argv[0];
    LLVMFuzzerInitialize(&argc, &argv);
    if (argc > 1)
        return replay_files(argv + 1, argc - 1);
    if (strncmp(name, "fuzz_", strlen("fuzz_")) == 0)
        name += strlen("fuzz_");
    replay_known(name);
    return 0;
}

static int replay_files(char **names, int count)
{
    size_t done = 0;
    for (int i = 0; i < count; i++)
        replay_file(names[i], &done);
    return 0;
}

static void replay_known(const char *target)
{
    size_t seeds = 0, kept = 0;
    puts("1..2");
    fuzz_seeds(replay, &seeds);
    printf("%sok 1 - %s: %zu inputs to begin with\n", seeds > 0 ? "" : "not ", target, seeds);
    replay_corpus(target, &kept);
    printf("ok 2 - %s: %zu inputs that were worth keeping\n", target, kept);
}

/* A target for which nothing was ever found has no folder. */
static void replay_corpus(const char *target, size_t *count)
{
    const char *source = getenv("SRCDIR");
    _cleanup_free_ char *folder =
        xasprintf("%s/tests/fuzz/corpus/%s", source ? source : ".", target);
    struct dirent **entries = NULL;
    int found = scandir(folder, &entries, is_visible, alphasort);
    for (int i = 0; i < found; i++) {
        _cleanup_free_ char *path = xasprintf("%s/%s", folder, entries[i]->d_name);
        replay_file(path, count);
        free(entries[i]);
    }
    free(entries);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void replay_file(const char *path, size_t *count)
{
    _cleanup_(buffer_done) Buffer bytes = BUFFER_EMPTY;
    char chunk[4096];
    size_t got;
    FILE *file = fopen(path, "re");
    if (!file) {
        perror(path);
        exit(1);
    }
    while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
        buffer_add(&bytes, chunk, got);
    fclose(file);
    replay(count, path, buffer_text(&bytes), bytes.length);
}

/* The input stands in memory of its own, so that a sanitizer sees a step past its end. */
static void replay(void *context, const char *name, const void *bytes, size_t length)
{
    size_t *count = context, step = length / CUTS_MOST + 1;
    printf("# %s, %zu bytes\n", name, length);
    fflush(stdout);
    for (size_t cut = 0; cut < length; cut += step) {
        _cleanup_free_ uint8_t *copy = xmalloc(length - cut);
        memcpy(copy, bytes, length - cut);
        LLVMFuzzerTestOneInput(copy, length - cut);
    }
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    (*count)++;
}
