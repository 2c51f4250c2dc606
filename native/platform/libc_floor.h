// Included before every source of a prebuilt addon for Linux, so that it asks no more of the C
// library than users have.

#ifndef SEXTON_PLATFORM_LIBC_FLOOR_H_
#define SEXTON_PLATFORM_LIBC_FLOOR_H_

#include <features.h>

#ifdef __GLIBC__

// glibc 2.34 moved these functions into libc.so.6 under a new version, so an addon linked there
// would not load on an older glibc. Their first version, which every glibc has, loads from 2.28 on:
// Node itself loads the libraries that held them before.
#if defined(__x86_64__)
#define SEXTON_FIRST_GLIBC "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define SEXTON_FIRST_GLIBC "GLIBC_2.17"
#endif

__asm__(".symver pthread_create, pthread_create@" SEXTON_FIRST_GLIBC);
__asm__(".symver pthread_sigmask, pthread_sigmask@" SEXTON_FIRST_GLIBC);
__asm__(".symver dladdr, dladdr@" SEXTON_FIRST_GLIBC);
__asm__(".symver dlopen, dlopen@" SEXTON_FIRST_GLIBC);

#else

// musl. The compiler's C++ headers were configured for glibc; this hides the parts of glibc that
// musl lacks.
#define __GLIBC_PREREQ(major, minor) 0
#define __locale_t locale_t

#include <bits/c++config.h>

#undef _GLIBCXX_USE_PTHREAD_COND_CLOCKWAIT
#undef _GLIBCXX_USE_PTHREAD_MUTEX_CLOCKLOCK

#endif

#endif  // SEXTON_PLATFORM_LIBC_FLOOR_H_
