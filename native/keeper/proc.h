#ifndef SEXTON_KEEPER_PROC_H_
#define SEXTON_KEEPER_PROC_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace sexton {

// The fields of /proc/<pid>/stat (proc_pid_stat(5)) that an ending needs.
struct ProcessStat {
  pid_t parent;
  pid_t session;
  uint32_t threads;
  uint64_t start;  // clock ticks since boot; with the pid it identifies a process
  char state;
  bool is_exiting;  // it has left its program for good, and the kernel clears up
  char name[16];

  // A process whose first thread has exited has the state Z too, but its other threads live on.
  bool IsZombie() const { return state == 'Z' && threads <= 1; }
};

// /proc, held open from the start. It allocates nothing: files are read in pieces, to the stack.
class Proc {
 public:
  // Receives a number from a list. `context` is the caller's.
  using Receive = void (*)(void* context, pid_t number);

  // 0 or -errno. -ENOENT if /proc is not mounted, or does not show this process's own PID
  // namespace: a pid that it shows could mean another process here.
  int Open();
  bool is_open() const { return folder_ >= 0; }
  void Close();

  // Whether anything could not be read since StartLook(), for want of a descriptor or of memory.
  // What was not seen then may be there all the same.
  void StartLook() const { look_failed_ = false; }
  bool look_failed() const { return look_failed_; }

  bool ReadStat(pid_t pid, ProcessStat* stat) const;  // false if it is gone or hidden

  // Reads the words of a command line, each with its NUL. The size, 0 if there are none, or -errno.
  ssize_t ReadCommandLine(pid_t pid, char* room, size_t size) const;

  // Tells whether a process is in a cgroup of version 2, or in one below it. `name` is the last
  // part of its path, with a slash before it.
  bool IsInGroup(pid_t pid, const char* name) const;

  // Gives the children of a process, by its threads' lists. Without CONFIG_PROC_CHILDREN there are
  // none, and it gives every process that names `pid` as its parent.
  void EachChild(pid_t pid, Receive receive, void* context) const;

  // Gives the numbers that are names in a folder of /proc.
  void EachNumber(const char* path, Receive receive, void* context) const;

 private:
  int CheckNamespace() const;
  int OpenFile(const char* path, int flags) const;
  ssize_t ReadFile(const char* path, char* room, size_t size) const;
  void EachInFile(const char* path, Receive receive, void* context) const;

  int folder_ = -1;
  bool lists_children_ = false;
  mutable bool look_failed_ = false;
};

// Gives the numbers that are in a file.
void EachNumberIn(int fd, Proc::Receive receive, void* context);

}  // namespace sexton

#endif  // SEXTON_KEEPER_PROC_H_
