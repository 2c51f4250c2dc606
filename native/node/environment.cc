#include "node/environment.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "platform/process.h"
#include "spawn/births.h"
#include "wait/late_reaper.h"

namespace sexton {
namespace {

std::atomic<int> loads_on_main_thread{0};

}  // namespace

// libuv has closed all its handles by now. If one of them had a lent descriptor, the number is free
// or a stranger's.
OpenFds::~OpenFds() {
  const std::vector<Loan> loans = loans_;
  for (const Loan& loan : loans) {
    if (!IsReturned(loan)) Take(loan.fd);
  }
  // At the end of the main thread the process ends.
  if (ThreadId() != getpid()) LeaveLate();
  for (size_t fd = 0; fd < ours_.size(); ++fd) {
    if (ours_[fd]) close(static_cast<int>(fd));
  }
}

int OpenFds::Add(int fd) {
  if (fd < 0) return fd;
  const auto number = static_cast<size_t>(fd);
  if (number >= ours_.size()) ours_.resize(number + 1);
  ours_[number] = true;
  return fd;
}

int OpenFds::AddLate(int pidfd) {
  if (pidfd >= 0) late_.push_back(pidfd);
  return Add(pidfd);
}

void OpenFds::LeaveLate() {
  std::vector<int> pidfds;
  pidfds.swap(late_);
  for (const int pidfd : pidfds) Take(pidfd);
  ReapLate(std::move(pidfds));
}

void OpenFds::Close(int fd) {
  if (Take(fd)) close(fd);
}

// Without an id (an emulator, or Linux before 4.11) the descriptor may leak. To close it unseen
// could close a stranger's.
void OpenFds::Lend(int fd) {
  FileId file;
  if (ReadFileId(fd, &file)) {
    loans_.push_back({fd, file});
  } else {
    Take(fd);
  }
}

void OpenFds::Forget(int fd) { Take(fd); }

bool OpenFds::Take(int fd) {
  const auto is_its = [fd](const Loan& loan) { return loan.fd == fd; };
  loans_.erase(std::remove_if(loans_.begin(), loans_.end(), is_its), loans_.end());
  late_.erase(std::remove(late_.begin(), late_.end(), fd), late_.end());
  const auto number = static_cast<size_t>(fd);  // a negative number becomes too large
  if (number >= ours_.size() || !ours_[number]) return false;
  ours_[number] = false;
  return true;
}

bool OpenFds::IsReturned(const Loan& loan) const {
  FileId found;
  return ReadFileId(loan.fd, &found) && found.device == loan.file.device &&
         found.inode == loan.file.inode;
}

// The hook must be the asynchronous one, because libuv closes handles on a later turn of the loop.
// After a synchronous hook the close callback would run when this object is unloaded already
// (SIGSEGV). Without a hook Node would find the loop still busy, and abort.
Environment::Environment(napi_env env_in) : env(env_in) {
  if (ThreadId() == getpid()) loads_on_main_thread.fetch_add(1);
  napi_get_uv_event_loop(env, &loop);
  napi_add_async_cleanup_hook(
      env,
      [](napi_async_cleanup_hook_handle, void* data) { static_cast<Environment*>(data)->Close(); },
      this, &cleanup_);
}

int Environment::LoadsOnMainThread() { return loads_on_main_thread.load(); }

void Environment::Call(const Napi::FunctionReference& function) {
  if (closing_) return;
  napi_handle_scope scope;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  napi_value receiver, callee;
  if (napi_get_global(env, &receiver) == napi_ok &&
      napi_get_reference_value(env, function, &callee) == napi_ok && callee != nullptr) {
    const napi_status status =
        napi_make_callback(env, nullptr, receiver, callee, 0, nullptr, nullptr);
    napi_value error;
    if (status == napi_pending_exception &&
        napi_get_and_clear_last_exception(env, &error) == napi_ok) {
      napi_fatal_exception(env, error);
    }
  }
  napi_close_handle_scope(env, scope);
}

void Environment::Close() {
  closing_ = true;
  // Release the references now: afterwards there is no environment to return them to.
  on_exits.Reset();
  for (auto& array : exit_arrays) array.Reset();
  on_ready.Reset();
  on_child_signal.Reset();
  on_signals.Reset();
  signals.UnsubscribeAll();
  AbandonBirths(this);

  const auto closed = [](void* data) { static_cast<Environment*>(data)->HandleClosed(); };
  open_handles_ = 1;  // held by this call, so that the count cannot reach zero before its end
  for (LoopPoll* poll : {&exits_poll, &ready_poll, &signals_poll}) {
    if (!poll->started()) continue;
    ++open_handles_;
    poll->Close(closed, this);
  }
  if (child_signal.open()) {
    ++open_handles_;
    child_signal.Close(closed, this);
  }
  for (const auto& hold : signals.holds()) {
    if (hold == nullptr || !hold->watcher().open()) continue;
    ++open_handles_;
    hold->watcher().Close(closed, this);
  }
  HandleClosed();
}

void Environment::HandleClosed() {
  if (--open_handles_ > 0) return;
  napi_remove_async_cleanup_hook(cleanup_);
  delete this;
}

}  // namespace sexton
