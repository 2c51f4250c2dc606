#ifndef SEXTON_NODE_ENVIRONMENT_H_
#define SEXTON_NODE_ENVIRONMENT_H_

#include <napi.h>

#include "node/loop_poll.h"
#include "node/open_fds.h"
#include "signals/capture.h"
#include "signals/source.h"
#include "wait/exit_source.h"

namespace sexton {

// All state of one JavaScript environment: the main thread, or one worker. It outlives the
// environment by a few turns of the loop, until libuv has closed its handles.
class Environment {
 public:
  explicit Environment(napi_env env);

  // How often the main thread has loaded this object: each path is loaded on its own.
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

  // Calls into JavaScript from the event loop. It uses napi_make_callback(), so that promise jobs
  // and nextTick run right after the call. An error that the function throws is an uncaught
  // exception. In a worker that is being terminated each of these calls may fail. node-addon-api's
  // wrappers would then abort the whole process, so this calls Node-API directly.
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
