#include "keeper/tree.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <initializer_list>

#include "platform/descriptors.h"
#include "platform/process.h"

namespace sexton {

// Pages that no walk has touched take no memory.
Tree::Node Tree::nodes_[Tree::kMost];

void Tree::Walk(Spared spared, const void* context) {
  spared_ = spared;
  context_ = context;
  size_ = 0;
  spared_count_ = 0;
  self_ = getpid();
  proc_.StartLook();
  for (const pid_t root : {self_, init_}) {
    parent_ = {{root, 0}, 0, 0, 'R', false, {}};
    if (root > 0) AddChildren(root);
  }
  for (size_t i = 0; i < size_; ++i) {
    parent_ = nodes_[i];
    AddChildren(parent_.process.pid);
  }
  is_whole_ = !proc_.look_failed();
}

void Tree::AddChildren(pid_t parent) {
  const auto add = [](void* tree, pid_t pid) { static_cast<Tree*>(tree)->AddChild(pid); };
  proc_.EachChild(parent, add, this);
}

// A zombie is left out: it has no children, and cannot be signalled.
void Tree::AddChild(pid_t pid) {
  ProcessStat stat;
  if (pid == init_ || size_ == kMost || !proc_.ReadStat(pid, &stat)) return;
  if (stat.parent != parent_.process.pid || stat.IsZombie()) return;
  const Identity child = {pid, stat.start};
  if (spared_(context_, child)) return NoteSpared(stat.session);
  if (!Adopts(parent_.process.pid) && !IsStill(parent_)) return;
  Node& node = nodes_[size_++];
  node = {child, stat.parent, stat.session, stat.state, stat.is_exiting, {}};
  memcpy(node.name, stat.name, sizeof node.name);
}

void Tree::NoteSpared(pid_t session) {
  if (spared_count_ < kMostSpared) spared_sessions_[spared_count_++] = session;
}

bool Tree::IsNearSpared(size_t index) const {
  for (size_t i = 0; i < spared_count_; ++i) {
    if (spared_sessions_[i] == nodes_[index].session) return true;
  }
  return false;
}

// A pid can be reused within one clock tick, so an equal start time alone proves nothing. The
// parent must be the same too, or one that adopts orphans.
bool Tree::IsStill(const Node& node) const {
  ProcessStat stat;
  return proc_.ReadStat(node.process.pid, &stat) && stat.start == node.process.start &&
         (stat.parent == node.parent || Adopts(stat.parent));
}

size_t Tree::ReadCommandLine(size_t index, char* room, size_t size) const {
  const ssize_t length = proc_.ReadCommandLine(nodes_[index].process.pid, room, size);
  return length > 0 && IsStill(nodes_[index]) ? static_cast<size_t>(length) : 0;
}

bool Tree::IsThere(size_t index) const { return IsStill(nodes_[index]); }

int Tree::Send(size_t index, int signal) const {
  const Node& node = nodes_[index];
  const UniqueFd pidfd(PidfdOpen(node.process.pid));
  if (!pidfd.valid()) return pidfd.get();
  return IsStill(node) ? PidfdSend(pidfd.get(), signal) : -ESRCH;
}

}  // namespace sexton
