/* SPDX-License-Identifier: Apache-2.0 */

/* What the fuzz targets share, see fuzz.h. The file's directory is the one thing that is kept from
 * one input to the next. */

#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static char directory[] = "/tmp/bridge-fuzz-XXXXXX";
static char file[sizeof(directory) + 8];

static void add_to_directory(void *context, const char *name, const void *bytes, size_t length);
static void write_all(const char *path, const void *bytes, size_t length);
static void make_directory(void);
static void remove_directory(void);

_Noreturn void fuzz_fail(const char *source, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", source, line, condition);
    abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    if (*argc != 3 || !streq((*argv)[1], "--seeds"))
        return 0;
    fuzz_seeds(add_to_directory, (*argv)[2]);
    exit(0);
}

static void add_to_directory(void *context, const char *name, const void *bytes, size_t length)
{
    _cleanup_free_ char *path = xasprintf("%s/%s", (const char *)context, name);
    write_all(path, bytes, length);
}

static void write_all(const char *path, const void *bytes, size_t length)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, bytes, length) != (ssize_t)length) {
        perror(path);
        exit(1);
    }
    close(fd);
}

void fuzz_add_texts(const FuzzSeed *seeds, size_t count, FuzzAdd *add, void *context)
{
    for (size_t i = 0; i < count; i++)
        add(context, seeds[i].name, seeds[i].text, strlen(seeds[i].text));
}

uint8_t fuzz_byte(FuzzInput *input)
{
    if (input->length == 0)
        return 0;
    input->length--;
    return *input->bytes++;
}

char *fuzz_text(const FuzzInput *input)
{
    char *text = xmalloc(input->length + 1);
    memcpy(text, input->bytes, input->length);
    text[input->length] = '\0';
    return text;
}

const char *fuzz_file(const void *bytes, size_t length)
{
    if (!file[0])
        make_directory();
    write_all(file, bytes, length);
    return file;
}

static void make_directory(void)
{
    if (!mkdtemp(directory)) {
        perror(directory);
        exit(1);
    }
    snprintf(file, sizeof(file), "%s/input", directory);
    atexit(remove_directory);
}

static void remove_directory(void)
{
    unlink(file);
    rmdir(directory);
}
