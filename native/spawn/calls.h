#ifndef SEXTON_SPAWN_CALLS_H_
#define SEXTON_SPAWN_CALLS_H_

#include <signal.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

// The system calls of a child before exec. Each returns its result, or -errno.
//
// A child that shares its parent's memory also shares the parent's thread-local variables, because
// it has the parent's thread pointer. The C library's wrappers would write to the errno of a thread
// that may be running, and glibc's setuid() family would signal every thread of the parent. So on
// Linux these are system calls and nothing else. They take no locks and allocate nothing.

namespace sexton::calls {

// Tells whether the calls leave the parent's errno alone. If not, the parent must wait for exec.
bool LeaveErrnoAlone();

int Open(const char* path, int flags);
int Close(int fd);
int Control(int fd, int command, long argument);  // fcntl(2)
int Duplicate(int fd, int target);                // dup2(2); `target` is another number
long Write(int fd, const void* bytes, size_t size);

int ChangeDirectory(const char* path);
void SetUmask(mode_t mask);
int SetLimit(int resource, uint64_t soft, uint64_t hard);  // all bits set: RLIM_INFINITY

pid_t OwnPid();
pid_t ParentPid();
int NewSession();
int SetProcessGroup(pid_t group);  // 0: a new one
int Foreground(int terminal);      // the terminal's foreground group
int MoveToForeground(int terminal);

int SetGroups(size_t count, const gid_t* groups);
int SetGroup(gid_t gid);
int SetUser(uid_t uid);
int SetDeathSignal(int signal);

int ResetSignals();             // sets every signal to its default action
void IgnoreSignal(int signal);  // on Linux also a signal that is the C library's own
void SetMask(const sigset_t& mask);

int Execute(const char* file, char** argv, char** env);
[[noreturn]] void Exit(int code);

}  // namespace sexton::calls

#endif  // SEXTON_SPAWN_CALLS_H_
