#ifndef SEXTON_KEEPER_KEPT_H_
#define SEXTON_KEEPER_KEPT_H_

#include <cstddef>

#include "keeper/tree.h"

namespace sexton {

// The processes that an ending spares, because Node has named them: deliberate daemons. A process
// that is spared spares its descendants, for a walk does not go below it.
class Kept {
 public:
  static constexpr size_t kMost = 256;

  // False if the list is full. Without proof: only descendants are ever looked up here.
  bool Add(const Identity& process) {
    if (size_ == kMost) return false;
    list_[size_++] = process;
    return true;
  }
  void AddAll() { all_ = true; }  // every process from now on
  void Clear() {
    size_ = 0;
    all_ = false;
  }
  bool any() const { return all_ || size_ > 0; }

  // A Tree::Spared.
  static bool Has(const void* kept, const Identity& process) {
    const auto* self = static_cast<const Kept*>(kept);
    if (self->all_) return true;
    for (size_t i = 0; i < self->size_; ++i) {
      const Identity& one = self->list_[i];
      if (one.pid == process.pid && one.start == process.start) return true;
    }
    return false;
  }

  static bool None(const void*, const Identity&) { return false; }

 private:
  Identity list_[kMost];
  size_t size_ = 0;
  bool all_ = false;
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_KEPT_H_
