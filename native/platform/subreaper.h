#ifndef SEXTON_PLATFORM_SUBREAPER_H_
#define SEXTON_PLATFORM_SUBREAPER_H_

namespace sexton {

// prctl(PR_SET_CHILD_SUBREAPER): 0, or -errno. An attribute of the whole process, not of a thread.
int SetSubreaper(bool enabled);

// 1, 0, or -errno.
int GetSubreaper();

}  // namespace sexton

#endif  // SEXTON_PLATFORM_SUBREAPER_H_
