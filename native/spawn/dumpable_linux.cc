#include <pthread.h>
#include <sys/prctl.h>

#include "spawn/dumpable.h"

namespace sexton {
namespace {

// Of the process, whose memory all threads share: the first child in notes what was, the last one
// out brings it back.
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
int children = 0;
bool was_dumpable = false;

}  // namespace

Undumpable::Undumpable(bool changes_credentials) : changes_credentials_(changes_credentials) {
  if (!changes_credentials_) return;
  pthread_mutex_lock(&lock);
  if (children == 0) was_dumpable = prctl(PR_GET_DUMPABLE) == 1;
  ++children;
  pthread_mutex_unlock(&lock);
}

Undumpable::~Undumpable() {
  if (!changes_credentials_) return;
  pthread_mutex_lock(&lock);
  --children;
  if (children == 0 && was_dumpable) prctl(PR_SET_DUMPABLE, 1);
  pthread_mutex_unlock(&lock);
}

}  // namespace sexton
