/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the fuzz targets share. A target is a program that is given any bytes and must neither break
 * a sanitizer's rules nor what it says with `require`. Built with --enable-fuzzers libFuzzer finds
 * the bytes; otherwise replay.c goes through those that are known.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

/* The target; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* libFuzzer calls it before it reads its own options: "--seeds DIRECTORY" writes the seeds there
 * and ends. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* The bytes to begin with: each target names its own. */
typedef void FuzzAdd(void *context, const char *name, const void *bytes, size_t length);
void fuzz_seeds(FuzzAdd *add, void *context);

/* Seeds that are texts. */
typedef struct FuzzSeed {
    const char *name, *text;
} FuzzSeed;
void fuzz_add_texts(const FuzzSeed *seeds, size_t count, FuzzAdd *add, void *context);

/* Ends the process, which is what a fuzzer notices, where the condition does not hold. */
#define require(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fuzz_fail(__FILE__, __LINE__, #condition);                                             \
    } while (0)
_Noreturn void fuzz_fail(const char *file, int line, const char *condition);

/* Bytes that are taken off one after the other; 0 once there are no more. */
typedef struct FuzzInput {
    const uint8_t *bytes;
    size_t length;
} FuzzInput;
uint8_t fuzz_byte(FuzzInput *input);

/* What is left as a text of its own with a NUL behind it, so that a sanitizer sees a step past its
 * end. The caller frees it. */
char *fuzz_text(const FuzzInput *input);

/* A file of mode 0600 that holds these bytes, in a directory that is gone when the process ends in
 * order. The name is the same each time; owned by this module. */
const char *fuzz_file(const void *bytes, size_t length);
