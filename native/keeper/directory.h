#ifndef SEXTON_KEEPER_DIRECTORY_H_
#define SEXTON_KEEPER_DIRECTORY_H_

namespace sexton {

// Receives an entry of a directory; false ends the reading. `context` is the caller's.
using ReceiveEntry = bool (*)(void* context, const char* name, bool is_directory);

// Reads the directory that `fd` was opened for, in pieces, to the stack. An error ends the reading.
void EachEntry(int fd, ReceiveEntry receive, void* context);

}  // namespace sexton

#endif  // SEXTON_KEEPER_DIRECTORY_H_
