#ifndef SEXTON_FRONT_REQUEST_H_
#define SEXTON_FRONT_REQUEST_H_

#include <cstddef>
#include <cstdint>

#include "front/place.h"
#include "platform/descriptors.h"

namespace sexton::front {

// The request of a front: a message with numbers, and descriptors. The first descriptor is a file
// in memory with texts. The others are all that the manager has opened. lib/shim/serve/request.ts
// reads it.
//
// The version of all that. A greeting has that of the server, and the texts begin with that of the
// front. The form of a reply, and where these two are, must stay the same in all versions.
constexpr int32_t kRequestVersion = 2;

// The most descriptors of a manager: with the file, as many as one message can carry.
constexpr size_t kMostGiven = 252;

class Request {
 public:
  // Looks which descriptors the manager has opened. Must come before this process opens any.
  Request();

  // Writes the texts. 0 or -errno.
  int Fill(const char* program, int count, char** words);

  // Sends it. 0 or -errno.
  int SendTo(int server) const;

 private:
  int32_t numbers_[1 + kMostGiven];  // how many there are, and each
  size_t given_ = 0;
  UniqueFd texts_;
};

// No exit code: the server is there, and waits for a request.
constexpr int kGreeted = 256;

// Waits for the greeting of a server. Nothing is handed over before it: a server that is stopped
// would hold the manager's pipes open. kGreeted; the exit code if the server refuses this front;
// -EPROTO if it is of another version; or as HearReplies().
int HearGreeting(int server, const Place& place);

// Prints what the server replies. The exit code, or -errno: -ECONNRESET if the server has ended
// before a reply, -EBUSY if it is stopped, -ETIMEDOUT if it says nothing. Then it does nothing for
// this front any more.
int HearReplies(int server, const Place& place);

}  // namespace sexton::front

#endif  // SEXTON_FRONT_REQUEST_H_
