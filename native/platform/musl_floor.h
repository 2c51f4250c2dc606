// Included before every source of an addon for musl. The compiler's C++ headers were configured for
// glibc; this hides the parts of glibc that musl lacks.

#ifndef SEXTON_PLATFORM_MUSL_FLOOR_H_
#define SEXTON_PLATFORM_MUSL_FLOOR_H_

#define __GLIBC_PREREQ(major, minor) 0
#define __locale_t locale_t

#include <bits/c++config.h>

#undef _GLIBCXX_USE_PTHREAD_COND_CLOCKWAIT
#undef _GLIBCXX_USE_PTHREAD_MUTEX_CLOCKLOCK

#endif  // SEXTON_PLATFORM_MUSL_FLOOR_H_
