#ifndef SEXTON_KEEPER_CONSOLE_H_
#define SEXTON_KEEPER_CONSOLE_H_

#include "platform/descriptors.h"

namespace sexton {

// The socket at which the runtime hands over the container's terminal.
class Console {
 public:
  void Open(int listener) { listener_.Reset(listener); }

  // What to wait for: the runtime, or its message. -1 if nothing can come any more.
  int fd() const { return connection_.valid() ? connection_.get() : listener_.get(); }

  // Takes the terminal's descriptor if it has come. -1 if not.
  int Take();
  void Close();

 private:
  UniqueFd listener_;
  UniqueFd connection_;
};

}  // namespace sexton

#endif  // SEXTON_KEEPER_CONSOLE_H_
