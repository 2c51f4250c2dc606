// Put in front of every source of an addon that is shipped. Linked on a newer glibc, it would ask
// for these under the version that they got when they moved into libc.so.6; under the first one,
// which every glibc has, it loads from 2.28 on. Node itself loads the libraries they lay in before.

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
