#ifndef SEXTON_KEEPER_TREE_H_
#define SEXTON_KEEPER_TREE_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "keeper/proc.h"

namespace sexton {

// A process, and not a later one with its pid.
struct Identity {
  pid_t pid;
  uint64_t start;
};

// The descendants of this process, and signals to them and to nobody else.
//
// The kernel lists pids, and a pid may be another process's by the time it is used. Two proofs keep
// a stranger from a signal:
//
//   A child counts only if its stat, read after its parent's list, names the parent's pid, and the
//   parent's stat, read after the child's, still shows the process that it was before the list.
//   Then the parent had its pid all the time, so the child's stat named this parent. The parents
//   of direct children need no proof: this process is alive.
//
//   A signal goes through a pidfd that was opened before the descendant's stat is read again. If
//   the stat is still the descendant's, the pidfd is, too. It stays a descendant until it is
//   reaped, because orphans of descendants come to this process.
class Tree {
 public:
  // The most processes of one walk. More are there in the next walk, when these have ended.
  static constexpr size_t kMost = 65'536;

  // The most sessions of spared processes.
  static constexpr size_t kMostSpared = 256;

  // A process that is spared, with its descendants.
  using Spared = bool (*)(const void* context, const Identity& process);

  explicit Tree(const Proc& proc) : proc_(proc) {}

  // Names a child of this process that adopts orphans in its place: an init. It is not listed, and
  // its children are. It is not reaped while it is named, so its pid is its own.
  void SetInit(pid_t init) { init_ = init; }

  // Lists the living descendants anew, parents before their children.
  void Walk(Spared spared, const void* context);

  struct Node {
    Identity process;
    pid_t parent;
    pid_t session;
    char state;
    bool is_exiting;
    char name[16];
  };

  size_t size() const { return size_; }
  // False if some may be missing: no descriptor or no memory was free to read /proc.
  bool is_whole() const { return is_whole_; }
  const Node& at(size_t index) const { return nodes_[index]; }

  // Tells whether a spared process was found in the session of a descendant.
  bool IsNearSpared(size_t index) const;

  // Reads the command line of a descendant, or as much as there is room for. The size; 0 if
  // unknown.
  size_t ReadCommandLine(size_t index, char* room, size_t size) const;

  // Tells whether a descendant lives, and is the one that was listed.
  bool IsThere(size_t index) const;

  // Sends a signal. 0, -ESRCH if the descendant is gone, or -errno.
  int Send(size_t index, int signal) const;

 private:
  void AddChild(pid_t pid);
  void AddChildren(pid_t parent);
  void NoteSpared(pid_t session);
  bool Adopts(pid_t pid) const { return pid == self_ || pid == init_; }
  bool IsStill(const Node& node) const;

  const Proc& proc_;
  Spared spared_ = nullptr;
  const void* context_ = nullptr;
  pid_t self_ = 0;
  pid_t init_ = 0;
  Node parent_ = {};  // its children are being listed
  size_t size_ = 0;
  bool is_whole_ = true;
  pid_t spared_sessions_[kMostSpared];
  size_t spared_count_ = 0;
  static Node nodes_[kMost];
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_TREE_H_
