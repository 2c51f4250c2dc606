#ifndef SEXTON_NODE_ENVIRONMENT_H_
#define SEXTON_NODE_ENVIRONMENT_H_

#include <napi.h>

#include "node/loop_poll.h"
#include "node/open_fds.h"
#include "signals/capture.h"
#include "signals/source.h"
#include "wait/exit_source.h"

namespace sexton {

// All state of one JavaScript environment (the main thread, or one worker). It outlives the
// environment by a few loop turns: until libuv has given its handles back.
class Environment {
 public:
  explicit Environment(napi_env env);

  // How often the main thread has loaded this object, by as many paths.
  static int LoadsOnMainThread();

  napi_env env;
  uv_loop_t* loop = nullptr;
  OpenFds open_fds;

  ExitSource exits;
  LoopPoll exits_poll;
  Napi::FunctionReference on_exits;

  SignalSource child_signal;
  Napi::FunctionReference on_child_signal;

  SignalCapture signals;
  LoopPoll signals_poll;
  Napi::FunctionReference on_signals;

  // Calls into JavaScript from the event loop. MakeCallback, so that promise jobs and nextTick run
  // right after it and not when some later callback happens to end; what it throws is an uncaught
  // exception. No wrapper of node-addon-api: in a worker that is being terminated every one of
  // these may fail, and a wrapper would answer with an abort of the whole process.
  void Call(const Napi::FunctionReference& function);

 private:
  ~Environment() = default;
  void Close();
  void HandleClosed();

  napi_async_cleanup_hook_handle cleanup_ = nullptr;
  int open_handles_ = 0;
  bool closing_ = false;
};

}  // namespace sexton

#endif  // SEXTON_NODE_ENVIRONMENT_H_
