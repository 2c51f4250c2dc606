#ifndef SEXTON_NODE_ENVIRONMENT_H_
#define SEXTON_NODE_ENVIRONMENT_H_

#include <napi.h>

#include <vector>

#include "node/loop_poll.h"
#include "platform/descriptors.h"
#include "platform/environ_copy.h"
#include "platform/readiness.h"
#include "signals/capture.h"
#include "signals/source.h"
#include "wait/wait.h"

namespace sexton {

// The descriptors that JavaScript holds as bare numbers. A worker that is terminated never closes
// them, so this closes them when its environment ends.
class OpenFds {
 public:
  ~OpenFds();
  int Add(int fd);      // returns `fd`, so that it can wrap a call; ignores a negative result
  void Close(int fd);   // ignores any other number: a double close would hit a stranger
  void Lend(int fd);    // libuv may come to close it; the destructor makes sure that it has not
  void Forget(int fd);  // leaves the descriptor to another owner
  int AddLate(int fd);  // adds the pidfd of a child that may end later than this worker

 private:
  struct Loan {
    int fd;
    FileId file;
  };

  void LeaveLate();
  bool Take(int fd);  // forgets a descriptor; true if it was ours
  bool IsReturned(const Loan& loan) const;

  std::vector<bool> ours_;  // by number
  std::vector<int> late_;
  std::vector<Loan> loans_;
};

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
  EnvironCopy environ_copy;

  ExitSource exits;
  LoopPoll exits_poll;
  Napi::FunctionReference on_exits;
  Napi::ObjectReference exit_arrays[2];  // whose memory the next two are
  double* exit_tokens = nullptr;
  double* exit_records = nullptr;
  bool takes_exits = false;

  ReadinessSet ready;
  LoopPoll ready_poll;
  Napi::FunctionReference on_ready;

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
