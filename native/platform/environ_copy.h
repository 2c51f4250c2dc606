#ifndef SEXTON_PLATFORM_ENVIRON_COPY_H_
#define SEXTON_PLATFORM_ENVIRON_COPY_H_

#include <vector>

namespace sexton {

// Copies the C library's `environ`: each entry with its NUL, one after the other. False where a
// part of it cannot be read; the other entries are in the copy.
//
// Another thread may change the environment meanwhile. setenv(3) moves the array and frees the old
// one, unsetenv(3) shifts the entries, and musl frees the strings. The C library's lock, if it has
// one, cannot be taken from outside, and Node's mutex around process.env cannot either. So a copy
// never faults, but it may be torn: the caller has to find out whether it is whole
// (lib/spawn/own-environment.ts).
bool CopyEnviron(std::vector<char>* block);

}  // namespace sexton

#endif  // SEXTON_PLATFORM_ENVIRON_COPY_H_
