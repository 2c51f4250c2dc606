// Included before every source of a prebuilt addon for glibc. glibc 2.34 moved these functions into
// libc.so.6 under a new version, so an addon linked there would not load on an older glibc. Their
// first version, which every glibc has, loads from 2.28 on: Node itself loads the libraries that
// held them before.

#ifndef SEXTON_PLATFORM_GLIBC_FLOOR_H_
#define SEXTON_PLATFORM_GLIBC_FLOOR_H_

#if defined(__x86_64__)
#define SEXTON_FIRST_GLIBC "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define SEXTON_FIRST_GLIBC "GLIBC_2.17"
#endif

__asm__(".symver pthread_sigmask, pthread_sigmask@" SEXTON_FIRST_GLIBC);
__asm__(".symver dladdr, dladdr@" SEXTON_FIRST_GLIBC);
__asm__(".symver dlopen, dlopen@" SEXTON_FIRST_GLIBC);

#endif  // SEXTON_PLATFORM_GLIBC_FLOOR_H_
