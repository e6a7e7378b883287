/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever is freed is wiped first. A key or token passes through json-c, libcurl and OpenSSL,
 * which leave copies in memory that they have freed; none has a way to be told which. So this
 * program brings a free and a realloc of its own, before those of the C library, for itself and for
 * all its libraries (glibc's manual, "Replacing malloc"; the rest of the family stays glibc's,
 * which frees what its own malloc gave). Not with the sanitizers, which bring their own.
 */

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#define HAS_SANITIZER __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#else
#define HAS_SANITIZER 0
#endif

#if defined(__GLIBC__) && !HAS_SANITIZER

void __libc_free(void *memory); /* exported by glibc, declared nowhere */

void free(void *memory)
{
    if (memory)
        explicit_bzero(memory, malloc_usable_size(memory));
    __libc_free(memory);
}

/* Always moves: what glibc's would move it would leave behind. */
void *realloc(void *memory, size_t size)
{
    size_t old = memory ? malloc_usable_size(memory) : 0;
    void *moved;

    if (memory && size > 0 && size <= old && size > old / 2)
        return memory;
    moved = malloc(size);
    if (!moved)
        return NULL;
    if (memory)
        memcpy(moved, memory, old < size ? old : size);
    free(memory);
    return moved;
}

#endif
