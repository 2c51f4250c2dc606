#include "wait/late_reaper.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "platform/process.h"
#include "wait/wait.h"

namespace sexton {
namespace {

using Pidfds = std::vector<int>;

void CloseAll(const Pidfds& pidfds) {
  for (const int pidfd : pidfds) {
    if (pidfd >= 0) close(pidfd);
  }
}

// A kernel before 5.4 does not know P_PIDFD. Nothing can be done about the child there.
bool IsOver(int pidfd) {
  WaitStatus status;
  const int result = WaitNow(kPidfdType, static_cast<id_t>(pidfd), 0, &status);
  return result < 0 || (status.pid != 0 && IsEnd(status));
}

// The children by their places, and the set that tells which has ended. A debugger may hold a dead
// child: the set tells again when it lets go, and a poll of the pidfds themselves would spin.
class LateReaper {
 public:
  explicit LateReaper(Pidfds pidfds) : pidfds_(std::move(pidfds)), left_(pidfds_.size()) {}
  ~LateReaper() { CloseAll(pidfds_); }

  bool Open() {
    if (set_.Open() < 0) return false;
    for (size_t i = 0; i < pidfds_.size(); ++i) {
      if (set_.Watch(pidfds_[i], static_cast<uint32_t>(i), false) < 0) return false;
    }
    return true;
  }

  void Run() {
    while (left_ > 0) {
      pollfd polled = {set_.fd(), POLLIN, 0};
      if (Retry([&] { return poll(&polled, 1, -1); }) < 0) return;
      const auto check = [](void* self, const Exit& exit) {
        static_cast<LateReaper*>(self)->Check(exit.token);
      };
      set_.Drain(false, check, this);
    }
  }

 private:
  void Check(uint32_t place) {
    int& pidfd = pidfds_[place];
    if (!IsOver(pidfd)) return;
    set_.Unwatch(pidfd);
    close(pidfd);
    pidfd = -1;
    --left_;
  }

  Pidfds pidfds_;
  size_t left_;
  ExitSource set_;
};

void* Run(void* argument) {
  const std::unique_ptr<LateReaper> reaper(static_cast<LateReaper*>(argument));
  reaper->Run();
  return nullptr;
}

// The thread starts with all signals blocked: the process's handlers run elsewhere.
bool Start(LateReaper* reaper) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const bool started = pthread_create(&thread, &attributes, Run, reaper) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  return started;
}

}  // namespace

void ReapLate(std::vector<int> pidfds) {
  if (pidfds.empty()) return;
  PinThisObject();
  auto reaper = std::make_unique<LateReaper>(std::move(pidfds));
  if (reaper->Open() && Start(reaper.get())) reaper.release();
}

}  // namespace sexton
